// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {GovernorProposalGuardian} from "@openzeppelin/contracts/governance/extensions/GovernorProposalGuardian.sol";
import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {GovernorTimelockControl} from "@openzeppelin/contracts/governance/extensions/GovernorTimelockControl.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {IBondVault} from "./interfaces/IBondVault.sol";
import {IZooGovernor} from "./interfaces/IZooGovernor.sol";
import {Supermajority} from "./libraries/Supermajority.sol";

/// @title Governance of Zoo (paper, section 5.4 and appendix C)
/// @notice One KEEPER is one vote, staked ones included. A vote opens a day after its proposal and lasts seven days; it
/// passes when 10 % of the supply takes part and at least 66 % of the votes for and against are for. Whoever proposes
/// stakes 1,000 KEEPER in the vault. These numbers change only by vote, and never for a proposal that exists already.
contract ZooGovernor is
    Governor,
    GovernorSettings,
    GovernorVotes,
    GovernorTimelockControl,
    GovernorProposalGuardian,
    IZooGovernor
{
    struct Tally {
        uint256 against;
        uint256 forVotes;
        uint256 abstain;
    }

    /// @notice Where stakes are held; it keeps their votes.
    IBondVault public immutable VAULT;

    uint16 private _quorumPercent;
    uint16 private _thresholdBps;
    IBondVault.DefeatMode private _defeatMode;
    uint128 private _proposalBond;
    uint128 private _rewardCap;

    mapping(uint256 proposalId => Terms) private _terms;
    mapping(uint256 proposalId => Tally) private _tallies;
    mapping(uint256 proposalId => mapping(address voter => uint8)) private _choices;

    constructor(IVotes token, TimelockController timelock, IBondVault vault, address guardian)
        Governor("ZooGovernor")
        GovernorSettings(1 days, 7 days, 0)
        GovernorVotes(token)
        GovernorTimelockControl(timelock)
    {
        if (address(token) == address(0) || address(timelock) == address(0) || address(vault) == address(0)) {
            revert ZooGovernorZeroAddress();
        }
        VAULT = vault;
        _setProposalGuardian(guardian);
        _setQuorumPercent(10);
        _setApprovalThreshold(6600);
        _setProposalBond(1000 ether);
        _setRewardCap(1000 ether);
    }

    // ---------------------------------------------------------------------------------------------- parameters

    /// @notice Percent of the supply that must take part in new proposals; 1 to 50.
    function quorumPercent() public view returns (uint256) {
        return _quorumPercent;
    }

    /// @notice Ten-thousandths of the votes for and against that must be for, in new proposals.
    function approvalThreshold() public view returns (uint256) {
        return _thresholdBps;
    }

    /// @notice KEEPER that a new proposal stakes.
    function proposalBond() public view returns (uint256) {
        return _proposalBond;
    }

    /// @notice KEEPER at most that a new proposal can earn.
    function rewardCap() public view returns (uint256) {
        return _rewardCap;
    }

    /// @notice What becomes of the stake of a new proposal that is defeated.
    function defeatMode() public view returns (IBondVault.DefeatMode) {
        return _defeatMode;
    }

    function setQuorumPercent(uint256 percent) external onlyGovernance {
        _setQuorumPercent(percent);
    }

    function setApprovalThreshold(uint256 thresholdBps) external onlyGovernance {
        _setApprovalThreshold(thresholdBps);
    }

    function setProposalBond(uint256 bond) external onlyGovernance {
        _setProposalBond(bond);
    }

    function setRewardCap(uint256 cap) external onlyGovernance {
        _setRewardCap(cap);
    }

    function setDefeatMode(IBondVault.DefeatMode mode) external onlyGovernance {
        emit DefeatModeSet(_defeatMode, mode);
        _defeatMode = mode;
    }

    event QuorumPercentSet(uint256 oldPercent, uint256 newPercent);

    function _setQuorumPercent(uint256 percent) private {
        if (percent == 0 || percent > 50) revert ZooGovernorInvalidQuorum(percent);
        emit QuorumPercentSet(_quorumPercent, percent);
        _quorumPercent = uint16(percent);
    }

    function _setApprovalThreshold(uint256 thresholdBps) private {
        if (thresholdBps <= Supermajority.WHOLE / 2 || thresholdBps > 9000) {
            revert ZooGovernorInvalidThreshold(thresholdBps);
        }
        emit ApprovalThresholdSet(_thresholdBps, thresholdBps);
        _thresholdBps = uint16(thresholdBps);
    }

    function _setProposalBond(uint256 bond) private {
        if (bond == 0 || bond > 1_000_000 ether) revert ZooGovernorInvalidBond(bond);
        emit ProposalBondSet(_proposalBond, bond);
        _proposalBond = uint128(bond);
    }

    function _setRewardCap(uint256 cap) private {
        if (cap > 1_000_000 ether) revert ZooGovernorInvalidBond(cap);
        emit RewardCapSet(_rewardCap, cap);
        _rewardCap = uint128(cap);
    }

    // ----------------------------------------------------------------------------------------------- proposing

    /// @dev Fixes the terms, then pulls the stake. A token transfer is the last thing that happens.
    function _propose(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        string memory description,
        address proposer
    ) internal override returns (uint256 proposalId) {
        proposalId = super._propose(targets, values, calldatas, description, proposer);
        _terms[proposalId] = Terms({quorumPercent: _quorumPercent, thresholdBps: _thresholdBps, malicious: false});
        emit TermsFixed(proposalId, _quorumPercent, _thresholdBps, _proposalBond);
        VAULT.post(proposalId, proposer, _proposalBond, _defeatMode, _rewardCap);
    }

    /// @dev A proposal that its guardian cancels is malicious; one that its proposer takes back while pending is not.
    function _cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint256 proposalId) {
        proposalId = getProposalId(targets, values, calldatas, descriptionHash);
        bool byProposer = _msgSender() == proposalProposer(proposalId) && state(proposalId) == ProposalState.Pending;
        if (!byProposer) {
            _terms[proposalId].malicious = true;
            emit ProposalMarkedMalicious(proposalId, _msgSender());
        }
        super._cancel(targets, values, calldatas, descriptionHash);
    }

    /// @dev Only the guardian, and the proposer while the proposal is pending. Without a guardian nobody else: a proposer
    /// who could cancel at any time could take back a stake that is about to be lost.
    function _validateCancel(uint256 proposalId, address caller)
        internal
        view
        override(Governor, GovernorProposalGuardian)
        returns (bool)
    {
        address guardian = proposalGuardian();
        return (guardian != address(0) && guardian == caller) || Governor._validateCancel(proposalId, caller);
    }

    // ------------------------------------------------------------------------------------------------ counting

    /// @inheritdoc IZooGovernor
    function terms(uint256 proposalId) external view returns (Terms memory) {
        return _terms[proposalId];
    }

    /// @inheritdoc IZooGovernor
    function proposalVotes(uint256 proposalId)
        external
        view
        returns (uint256 against, uint256 forVotes, uint256 abstain)
    {
        Tally storage tally = _tallies[proposalId];
        return (tally.against, tally.forVotes, tally.abstain);
    }

    /// @inheritdoc IZooGovernor
    function choiceOf(uint256 proposalId, address voter) external view returns (uint8) {
        return _choices[proposalId][voter];
    }

    /// @inheritdoc IGovernor
    // solhint-disable-next-line func-name-mixedcase
    function COUNTING_MODE() public pure override returns (string memory) {
        return "support=bravo&quorum=against,for,abstain";
    }

    /// @inheritdoc IGovernor
    function hasVoted(uint256 proposalId, address account) public view override returns (bool) {
        return _choices[proposalId][account] != 0;
    }

    /// @notice Votes that must take part in a proposal made now, at a past moment.
    function quorum(uint256 timepoint) public view override returns (uint256) {
        return (token().getPastTotalSupply(timepoint) * _quorumPercent + 99) / 100;
    }

    function _countVote(uint256 proposalId, address account, uint8 support, uint256 weight, bytes memory)
        internal
        override
        returns (uint256)
    {
        if (support > 2) revert ZooGovernorInvalidChoice(support);
        if (_choices[proposalId][account] != 0) revert ZooGovernorAlreadyVoted(proposalId, account);
        _choices[proposalId][account] = support + 1;
        Tally storage tally = _tallies[proposalId];
        if (support == 0) tally.against += weight;
        else if (support == 1) tally.forVotes += weight;
        else tally.abstain += weight;
        return weight;
    }

    function _quorumReached(uint256 proposalId) internal view override returns (bool) {
        Tally storage tally = _tallies[proposalId];
        uint256 supply = token().getPastTotalSupply(proposalSnapshot(proposalId));
        uint256 votes = tally.against + tally.forVotes + tally.abstain;
        return Supermajority.reachesQuorum(votes, supply, _terms[proposalId].quorumPercent);
    }

    function _voteSucceeded(uint256 proposalId) internal view override returns (bool) {
        Tally storage tally = _tallies[proposalId];
        return Supermajority.passes(tally.forVotes, tally.against, _terms[proposalId].thresholdBps);
    }

    /// @dev Votes of the tokens held and of those staked; staked ones count in the vault alone.
    function _getVotes(address account, uint256 timepoint, bytes memory params)
        internal
        view
        override(Governor, GovernorVotes)
        returns (uint256)
    {
        return super._getVotes(account, timepoint, params) + IVotes(address(VAULT)).getPastVotes(account, timepoint);
    }

    // ----------------------------------------------------------------------------- what OpenZeppelin asks to unite

    function votingDelay() public view override(Governor, GovernorSettings) returns (uint256) {
        return super.votingDelay();
    }

    function votingPeriod() public view override(Governor, GovernorSettings) returns (uint256) {
        return super.votingPeriod();
    }

    function proposalThreshold() public view override(Governor, GovernorSettings) returns (uint256) {
        return super.proposalThreshold();
    }

    function state(uint256 proposalId) public view override(Governor, GovernorTimelockControl) returns (ProposalState) {
        return super.state(proposalId);
    }

    function proposalNeedsQueuing(uint256 proposalId)
        public
        view
        override(Governor, GovernorTimelockControl)
        returns (bool)
    {
        return super.proposalNeedsQueuing(proposalId);
    }

    function _queueOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint48) {
        return super._queueOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _executeOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) {
        super._executeOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _executor() internal view override(Governor, GovernorTimelockControl) returns (address) {
        return super._executor();
    }
}
