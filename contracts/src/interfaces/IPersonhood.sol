// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Whether an account belongs to a person (paper, section 10.4)
/// @notice Adapters of World ID and BrightID stand behind it; governance chooses one, or none.
interface IPersonhood {
    event PersonVerified(address indexed account, uint256 indexed nullifier);

    error PersonhoodAlreadyUsed(uint256 nullifier);
    error PersonhoodExpired(uint256 timestamp);
    error PersonhoodInvalidSignature(address signer);
    error PersonhoodZeroAddress();

    function isPerson(address account) external view returns (bool);
}
