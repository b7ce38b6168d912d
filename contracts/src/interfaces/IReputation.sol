// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What contributors have done so far (paper, section 10.4)
interface IReputation {
    struct Record {
        uint64 accepted;
        uint64 rejected;
        uint64 slashed;
    }

    event ContributionAccepted(address indexed contributor, uint64 accepted);
    event ContributionRejected(address indexed contributor, uint64 rejected);
    event ContributionSlashed(address indexed contributor, uint64 slashed);
    event RegistryBound(address registry);

    error ReputationOnlyRegistry(address caller);
    error ReputationOnlyDeployer(address caller);
    error ReputationAlreadyBound();
    error ReputationZeroAddress();

    function recordAccepted(address contributor) external;

    function recordRejected(address contributor) external;

    function recordSlashed(address contributor) external;

    function recordOf(address contributor) external view returns (Record memory);

    /// @notice How many times the base stake a contributor must stake: 1 to 5. Each rejection that no acceptance makes
    /// up for counts one, each slashing two.
    function stakeMultiplier(address contributor) external view returns (uint256);
}
