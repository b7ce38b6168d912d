// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Whether an account belongs to a person (paper, section 10.4)
/// @notice Adapters of World ID and BrightID stand behind it; governance chooses one, or none.
interface IPersonhood {
    /// @param evidence World ID: the nullifier; BrightID: the time of the verification.
    event PersonVerified(address indexed account, uint256 indexed evidence);
    /// @notice The account belongs to a person who now uses another one.
    event PersonMoved(address indexed from, address indexed to);

    error PersonhoodAlreadyUsed(uint256 evidence);
    error PersonhoodExpired(uint256 timestamp);
    error PersonhoodInvalidSignature(address signer);
    error PersonhoodInvalidAccounts(uint256 count);
    error PersonhoodZeroAddress();

    /// @notice Whether the account is, at this moment, the one account of a person.
    function isPerson(address account) external view returns (bool);
}
