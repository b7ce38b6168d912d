// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
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

    /// @dev The parameters in force, which the next proposal gets; one slot.
    struct Parameters {
        uint8 quorumPercent;
        uint16 thresholdBps;
        uint16 slashBps;
        uint16 capsIndex;
        IBondVault.DefeatMode defeatMode;
        uint80 bond;
    }

    /// @dev The largest rewards; a proposal keeps the number of those it was made under.
    struct Caps {
        uint80 proposal;
        uint80 contribution;
    }

    /// @dev What a proposal keeps beside OpenZeppelin's. Votes against and for share the slot of its terms, which is written
    /// when it is made, so that no vote pays for a fresh one.
    struct Poll {
        uint96 against;
        uint96 forVotes;
        uint8 quorumPercent;
        uint16 thresholdBps;
        uint16 slashBps;
        uint16 capsIndex;
        bool malicious;
    }

    Parameters private _next;
    mapping(uint256 index => Caps) private _caps;
    Checkpoints.Trace208 private _quorumHistory;
    mapping(uint256 proposalId => Poll) internal _polls;

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
        return _next.bond;
    }

    /// @notice Ten-thousandths of its stake that a new proposal loses when it is malicious.
    function slashingPenalty() public view returns (uint256) {
        return _next.slashBps;
    }

    /// @notice KEEPER at most that the proposer and each accepted contributor of a new proposal can earn.
    function rewardCaps() public view returns (uint256 proposal, uint256 contribution) {
        Caps memory caps = _caps[_next.capsIndex];
        return (caps.proposal, caps.contribution);
    }

    /// @notice What becomes of the stake of a new proposal that is defeated.
    function defeatMode() public view returns (IBondVault.DefeatMode) {
        return _next.defeatMode;
    }

    /// @inheritdoc IZooGovernor
    function terms(uint256 proposalId) public view returns (Terms memory) {
        Poll memory poll = _polls[proposalId];
        Caps memory caps = _caps[poll.capsIndex];
        return Terms({
            quorumPercent: poll.quorumPercent,
            thresholdBps: poll.thresholdBps,
            slashBps: poll.slashBps,
            malicious: poll.malicious,
            rewardCap: caps.proposal,
            contributionCap: caps.contribution
        });
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
        emit DefeatModeSet(_next.defeatMode, mode);
        _next.defeatMode = mode;
    }

    // The casts below are safe: each value is checked against its bound.
    // forge-lint: disable-start(unsafe-typecast)

    function _setQuorumPercent(uint256 percent) private {
        if (percent == 0 || percent > 50) revert ZooGovernorInvalidQuorum(percent);
        emit QuorumPercentSet(_next.quorumPercent, percent);
        _quorumHistory.push(clock(), uint208(percent));
        _next.quorumPercent = uint8(percent);
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
        emit ProposalBondSet(_next.bond, bond);
        _next.bond = uint80(bond);
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
        // The first are number 1, so that a proposal that is not there has none. No DAO changes them 65,535 times.
        _next.capsIndex = SafeCast.toUint16(uint256(_next.capsIndex) + 1);
        _caps[_next.capsIndex] = Caps({proposal: uint80(proposal), contribution: uint80(contribution)});
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

    /// @dev What is in force now becomes the proposal's own; returns what becomes of its stake, and how much it is.
    function _fixTerms(uint256 proposalId) internal returns (IBondVault.DefeatMode, uint80) {
        Parameters memory current = _next;
        _polls[proposalId] = Poll({
            against: 0,
            forVotes: 0,
            quorumPercent: current.quorumPercent,
            thresholdBps: current.thresholdBps,
            slashBps: current.slashBps,
            capsIndex: current.capsIndex,
            malicious: false
        });
        emit TermsFixed(proposalId, terms(proposalId));
        return (current.defeatMode, current.bond);
    }

    function _capsOf(uint256 proposalId) internal view returns (uint256 proposer, uint256 contributor) {
        Caps memory caps = _caps[_polls[proposalId].capsIndex];
        return (caps.proposal, caps.contribution);
    }

    function _markMalicious(uint256 proposalId) internal {
        _polls[proposalId].malicious = true;
        emit ProposalMarkedMalicious(proposalId, _msgSender());
    }

    /// @dev Percent in force at a past moment; before the first one, the first.
    function _quorumPercentAt(uint256 timepoint) internal view returns (uint256) {
        return _quorumHistory.upperLookupRecent(uint48(timepoint));
    }
}
