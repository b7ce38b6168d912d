// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IReputation} from "./interfaces/IReputation.sol";

/// @title Counts of accepted, rejected and slashed contributions
contract Reputation is IReputation {
    /// @notice Largest multiple of the base stake.
    uint256 public constant MAX_MULTIPLIER = 5;

    address private immutable DEPLOYER;

    /// @notice The registry, bound once after deployment; only it counts.
    address public registry;

    mapping(address contributor => Record) private _records;

    constructor() {
        DEPLOYER = msg.sender;
    }

    /// @notice Binds the registry, once; only the deployer, who keeps no other power.
    function bind(address registry_) external {
        if (msg.sender != DEPLOYER) revert ReputationOnlyDeployer(msg.sender);
        if (registry != address(0)) revert ReputationAlreadyBound();
        if (registry_ == address(0)) revert ReputationZeroAddress();
        registry = registry_;
        emit RegistryBound(registry_);
    }

    modifier onlyRegistry() {
        if (msg.sender != registry) revert ReputationOnlyRegistry(msg.sender);
        _;
    }

    /// @inheritdoc IReputation
    function recordAccepted(address contributor) external onlyRegistry {
        emit ContributionAccepted(contributor, ++_records[contributor].accepted);
    }

    /// @inheritdoc IReputation
    function recordRejected(address contributor) external onlyRegistry {
        emit ContributionRejected(contributor, ++_records[contributor].rejected);
    }

    /// @inheritdoc IReputation
    function recordSlashed(address contributor) external onlyRegistry {
        emit ContributionSlashed(contributor, ++_records[contributor].slashed);
    }

    /// @inheritdoc IReputation
    function recordOf(address contributor) external view returns (Record memory) {
        return _records[contributor];
    }

    /// @inheritdoc IReputation
    function stakeMultiplier(address contributor) external view returns (uint256) {
        Record storage record = _records[contributor];
        uint256 faults = uint256(record.rejected) + 2 * uint256(record.slashed);
        if (faults <= record.accepted) return 1;
        uint256 multiplier = 1 + faults - record.accepted;
        return multiplier > MAX_MULTIPLIER ? MAX_MULTIPLIER : multiplier;
    }
}
