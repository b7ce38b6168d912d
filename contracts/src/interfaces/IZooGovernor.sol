// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBondVault} from "./IBondVault.sol";

/// @title What other contracts ask of the Governor of Zoo
interface IZooGovernor {
    /// @notice The terms of a proposal, fixed when it was made (CVE-2022-31198).
    struct Terms {
        /// Percent of the supply at the snapshot that must take part.
        uint16 quorumPercent;
        /// Ten-thousandths of the votes for and against that must be for.
        uint16 thresholdBps;
        /// True once the guardian cancelled it as malicious.
        bool malicious;
    }

    event TermsFixed(uint256 indexed proposalId, uint16 quorumPercent, uint16 thresholdBps, uint128 bond);
    event ApprovalThresholdSet(uint256 oldThresholdBps, uint256 newThresholdBps);
    event ProposalBondSet(uint256 oldBond, uint256 newBond);
    event RewardCapSet(uint256 oldCap, uint256 newCap);
    event DefeatModeSet(IBondVault.DefeatMode oldMode, IBondVault.DefeatMode newMode);
    event ProposalMarkedMalicious(uint256 indexed proposalId, address indexed guardian);

    error ZooGovernorInvalidThreshold(uint256 thresholdBps);
    error ZooGovernorInvalidQuorum(uint256 quorumPercent);
    error ZooGovernorInvalidBond(uint256 bond);
    error ZooGovernorAlreadyVoted(uint256 proposalId, address voter);
    error ZooGovernorInvalidChoice(uint8 support);
    error ZooGovernorZeroAddress();

    /// @notice The terms of a proposal; all zero for an unknown one.
    function terms(uint256 proposalId) external view returns (Terms memory);

    /// @notice Votes of a proposal so far, in units of 10^-18.
    function proposalVotes(uint256 proposalId)
        external
        view
        returns (uint256 against, uint256 forVotes, uint256 abstain);

    /// @notice What an account chose: 0 not voted, 1 against, 2 for, 3 abstain.
    function choiceOf(uint256 proposalId, address voter) external view returns (uint8);
}
