// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {GovernorProposalGuardian} from "@openzeppelin/contracts/governance/extensions/GovernorProposalGuardian.sol";
import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {GovernorTimelockControl} from "@openzeppelin/contracts/governance/extensions/GovernorTimelockControl.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {GovernorSupermajority} from "./governor/GovernorSupermajority.sol";
import {IBondVault} from "./interfaces/IBondVault.sol";
import {IExperienceRegistry} from "./interfaces/IExperienceRegistry.sol";
import {IZooGovernor} from "./interfaces/IZooGovernor.sol";

/// @title Governance of Zoo (paper, section 5.4 and appendix C)
/// @notice One KEEPER is one vote, staked ones included. A vote opens a day after its proposal and lasts seven days; it
/// passes when 10 % of the supply takes part and at least 66 % of the votes for and against are for. Whoever proposes
/// stakes 1,000 KEEPER in the vault. These numbers change only by vote, and never for a proposal that exists already.
contract ZooGovernor is GovernorVotes, GovernorSupermajority, GovernorTimelockControl, GovernorProposalGuardian {
    /// @notice Where stakes are held; it keeps their votes.
    IBondVault public immutable VAULT;

    uint256 private transient _executing;

    /// @param guardian May cancel malicious proposals, which costs them half of their stake; the zero address for none.
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
    }

    // ----------------------------------------------------------------------------------------------- proposing

    /// @inheritdoc IZooGovernor
    function proposeLibraryUpdate(
        IExperienceRegistry.Update calldata update,
        uint256[] calldata accepted,
        uint256[] calldata rejected,
        string calldata description
    ) external returns (uint256 proposalId) {
        (address[] memory targets, uint256[] memory values, bytes[] memory calldatas) =
            libraryUpdateCall(update, accepted, rejected);
        proposalId = propose(targets, values, calldatas, description);
        emit LibraryUpdateProposed(proposalId, update.seq, update.recordsRoot);
    }

    /// @inheritdoc IZooGovernor
    function proposeWithPermit(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        string memory description,
        IBondVault.StakePermit calldata permit
    ) external returns (uint256) {
        // Somebody may hand in the permit first; the allowance then stands all the same.
        try IERC20Permit(address(token()))
            .permit(_msgSender(), address(VAULT), proposalBond(), permit.deadline, permit.v, permit.r, permit.s) {}
            catch {}
        return propose(targets, values, calldatas, description);
    }

    /// @inheritdoc IZooGovernor
    function libraryUpdateCall(
        IExperienceRegistry.Update calldata update,
        uint256[] calldata accepted,
        uint256[] calldata rejected
    ) public view returns (address[] memory targets, uint256[] memory values, bytes[] memory calldatas) {
        targets = new address[](1);
        values = new uint256[](1);
        calldatas = new bytes[](1);
        targets[0] = VAULT.registry();
        calldatas[0] = abi.encodeCall(IExperienceRegistry.publish, (update, accepted, rejected));
    }

    /// @dev Fixes the terms, then pulls the stake: a token transfer is the last thing that happens.
    function _propose(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        string memory description,
        address proposer
    ) internal override returns (uint256 proposalId) {
        proposalId = super._propose(targets, values, calldatas, description, proposer);
        (IBondVault.DefeatMode mode, uint80 bond) = _fixTerms(proposalId);
        VAULT.post(proposalId, proposer, mode, bond);
    }

    // ---------------------------------------------------------------------------------------------- cancelling

    /// @dev A proposal that its guardian cancels is malicious; one that its proposer takes back while pending is not. A
    /// defeated one cannot be cancelled: it would get back half of a stake that is lost.
    function _cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint256 proposalId) {
        proposalId = getProposalId(targets, values, calldatas, descriptionHash);
        ProposalState current = _validateStateBitmap(
            proposalId,
            _encodeStateBitmap(ProposalState.Pending) | _encodeStateBitmap(ProposalState.Active)
                | _encodeStateBitmap(ProposalState.Succeeded) | _encodeStateBitmap(ProposalState.Queued)
        );
        if (current != ProposalState.Pending || _msgSender() != proposalProposer(proposalId)) {
            if (_replacesGuardian(targets, calldatas)) revert ZooGovernorGuardianReplacement(proposalId);
            _markMalicious(proposalId);
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

    /// @dev Whether all that a proposal does is to set the guardian: else a guardian could stay for ever.
    function _replacesGuardian(address[] memory targets, bytes[] memory calldatas) private view returns (bool) {
        return targets.length == 1 && targets[0] == address(this)
            && bytes4(calldatas[0]) == GovernorProposalGuardian.setProposalGuardian.selector;
    }

    // ----------------------------------------------------------------------------------------------- executing

    /// @inheritdoc IZooGovernor
    function executingProposal() external view returns (uint256) {
        return _executing;
    }

    function _executeOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) {
        uint256 outer = _executing;
        _executing = proposalId;
        super._executeOperations(proposalId, targets, values, calldatas, descriptionHash);
        _executing = outer;
    }

    /// @notice Makes a call as the Governor, such as to recover tokens sent here by mistake. Only by vote, and never to
    /// the vault: it takes stakes at the Governor's word.
    function relay(address target, uint256 value, bytes calldata data) public payable override {
        if (target == address(VAULT)) revert ZooGovernorRelayToVault();
        super.relay(target, value, data);
    }

    /// @notice Always reverts: registry, vault and treasury obey this timelock for ever.
    function updateTimelock(TimelockController) public pure override {
        revert ZooGovernorTimelockFixed();
    }

    // -------------------------------------------------------------------------------------------------- voting

    function _supplyAt(uint256 timepoint) internal view override returns (uint256) {
        return token().getPastTotalSupply(timepoint);
    }

    /// @notice Seconds since the Unix epoch, as in the token (ERC-6372), without asking it.
    function clock() public view override(Governor, GovernorVotes) returns (uint48) {
        return uint48(block.timestamp);
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

    function _executor() internal view override(Governor, GovernorTimelockControl) returns (address) {
        return super._executor();
    }
}
