// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {IBondVault} from "../interfaces/IBondVault.sol";
import {IZooGovernor} from "../interfaces/IZooGovernor.sol";
import {Supermajority} from "../libraries/Supermajority.sol";

/// @title The parameters of appendix C, and the terms that they fix for each proposal
/// @notice Every parameter changes only by vote, within bounds that keep governance alive, and only for new proposals.
abstract contract GovernorTerms is GovernorSettings, IZooGovernor {
    using Checkpoints for Checkpoints.Trace208;

    /// @notice Bound of stakes and rewards; below 2^80.
    uint256 public constant MAX_AMOUNT = 1_000_000 ether;

    /// @dev The terms of the next proposal.
    Terms private _next;
    IBondVault.DefeatMode private _defeatMode;
    uint80 private _bond;
    Checkpoints.Trace208 private _quorumHistory;
    mapping(uint256 proposalId => Terms) private _terms;

    constructor() {
        _setQuorumPercent(10);
        _setApprovalThreshold(6600);
        _setProposalBond(1000 ether);
        _setSlashingPenalty(5000);
        _setRewardCaps(1000 ether, 100 ether);
    }

    // ------------------------------------------------------------------------------------------------- reading

    /// @notice Percent of the supply that must take part in new proposals.
    function quorumPercent() public view returns (uint256) {
        return _next.quorumPercent;
    }

    /// @notice Ten-thousandths of the votes for and against that must be for, in new proposals.
    function approvalThreshold() public view returns (uint256) {
        return _next.thresholdBps;
    }

    /// @notice KEEPER that a new proposal stakes.
    function proposalBond() public view returns (uint256) {
        return _bond;
    }

    /// @notice Ten-thousandths of its stake that a new proposal loses when it is malicious.
    function slashingPenalty() public view returns (uint256) {
        return _next.slashBps;
    }

    /// @notice KEEPER at most that the proposer and each accepted contributor of a new proposal can earn.
    function rewardCaps() public view returns (uint256 proposal, uint256 contribution) {
        return (_next.rewardCap, _next.contributionCap);
    }

    /// @notice What becomes of the stake of a new proposal that is defeated.
    function defeatMode() public view returns (IBondVault.DefeatMode) {
        return _defeatMode;
    }

    /// @inheritdoc IZooGovernor
    function terms(uint256 proposalId) public view returns (Terms memory) {
        return _terms[proposalId];
    }

    // ------------------------------------------------------------------------------------------------- setting

    /// @notice Sets the quorum of new proposals: 1 to 50 percent. Only by vote.
    function setQuorumPercent(uint256 percent) external onlyGovernance {
        _setQuorumPercent(percent);
    }

    /// @notice Sets the threshold of new proposals: above 5,000 and at most 9,000 ten-thousandths. Only by vote.
    function setApprovalThreshold(uint256 thresholdBps) external onlyGovernance {
        _setApprovalThreshold(thresholdBps);
    }

    /// @notice Sets the stake of new proposals: 1 to 1,000,000 KEEPER. Only by vote.
    function setProposalBond(uint256 bond) external onlyGovernance {
        _setProposalBond(bond);
    }

    /// @notice Sets what malicious new proposals lose: 1 to 10,000 ten-thousandths. Only by vote.
    function setSlashingPenalty(uint256 slashBps) external onlyGovernance {
        _setSlashingPenalty(slashBps);
    }

    /// @notice Sets the largest rewards of new proposals: at most 1,000,000 KEEPER each. Only by vote.
    function setRewardCaps(uint256 proposal, uint256 contribution) external onlyGovernance {
        _setRewardCaps(proposal, contribution);
    }

    /// @notice Sets whether the stakes of new proposals are burned or shared when they are defeated. Only by vote.
    function setDefeatMode(IBondVault.DefeatMode mode) external onlyGovernance {
        emit DefeatModeSet(_defeatMode, mode);
        _defeatMode = mode;
    }

    // The casts below are safe: each value is checked against its bound.
    // forge-lint: disable-start(unsafe-typecast)

    function _setQuorumPercent(uint256 percent) private {
        if (percent == 0 || percent > 50) revert ZooGovernorInvalidQuorum(percent);
        emit QuorumPercentSet(_next.quorumPercent, percent);
        _quorumHistory.push(clock(), uint208(percent));
        _next.quorumPercent = uint16(percent);
    }

    function _setApprovalThreshold(uint256 thresholdBps) private {
        if (thresholdBps <= Supermajority.WHOLE / 2 || thresholdBps > 9000) {
            revert ZooGovernorInvalidThreshold(thresholdBps);
        }
        emit ApprovalThresholdSet(_next.thresholdBps, thresholdBps);
        _next.thresholdBps = uint16(thresholdBps);
    }

    function _setProposalBond(uint256 bond) private {
        if (bond < 1 ether || bond > MAX_AMOUNT) revert ZooGovernorInvalidBond(bond);
        emit ProposalBondSet(_bond, bond);
        _bond = uint80(bond);
    }

    function _setSlashingPenalty(uint256 slashBps) private {
        if (slashBps == 0 || slashBps > Supermajority.WHOLE) revert ZooGovernorInvalidPenalty(slashBps);
        emit SlashingPenaltySet(_next.slashBps, slashBps);
        _next.slashBps = uint16(slashBps);
    }

    function _setRewardCaps(uint256 proposal, uint256 contribution) private {
        if (proposal > MAX_AMOUNT) revert ZooGovernorInvalidReward(proposal);
        if (contribution > MAX_AMOUNT) revert ZooGovernorInvalidReward(contribution);
        emit RewardCapsSet(proposal, contribution);
        _next.rewardCap = uint80(proposal);
        _next.contributionCap = uint80(contribution);
    }

    // forge-lint: disable-end(unsafe-typecast)

    /// @dev At least a day, so that tokens borrowed for one transaction never vote.
    function _setVotingDelay(uint48 delay) internal override {
        if (delay < 1 days || delay > 14 days) revert ZooGovernorInvalidVotingDelay(delay);
        super._setVotingDelay(delay);
    }

    function _setVotingPeriod(uint32 period) internal override {
        if (period < 1 days || period > 30 days) revert ZooGovernorInvalidVotingPeriod(period);
        super._setVotingPeriod(period);
    }

    /// @dev The stake keeps junk away; a threshold of votes that nobody has would lock everybody out.
    function _setProposalThreshold(uint256 threshold) internal override {
        if (threshold > MAX_AMOUNT) revert ZooGovernorInvalidProposalThreshold(threshold);
        super._setProposalThreshold(threshold);
    }

    // -------------------------------------------------------------------------------------------------- fixing

    /// @dev What is in force now becomes the proposal's own; returns what its stake must be.
    function _fixTerms(uint256 proposalId) internal returns (IBondVault.DefeatMode, uint80) {
        Terms memory fixedTerms = _next;
        _terms[proposalId] = fixedTerms;
        emit TermsFixed(proposalId, fixedTerms);
        return (_defeatMode, _bond);
    }

    function _markMalicious(uint256 proposalId) internal {
        _terms[proposalId].malicious = true;
        emit ProposalMarkedMalicious(proposalId, _msgSender());
    }

    /// @dev Percent in force at a past moment; before the first one, the first.
    function _quorumPercentAt(uint256 timepoint) internal view returns (uint256) {
        return _quorumHistory.upperLookupRecent(uint48(timepoint));
    }
}
