// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IBondVault} from "../../src/interfaces/IBondVault.sol";
import {IExperienceRegistry} from "../../src/interfaces/IExperienceRegistry.sol";
import {IZooGovernor} from "../../src/interfaces/IZooGovernor.sol";
import {ZooFixture} from "../ZooFixture.sol";

/// @notice A proposal's life, from its stake to its execution.
contract GovernorProposalsTest is ZooFixture {
    function test_proposingTakesTheStake() public {
        uint256 id = propose(alice, smallPlan("a"));
        equal(keeper.balanceOf(alice), 299_000 ether, "alice");
        equal(keeper.totalStaked(), BOND, "staked");
        IBondVault.Bond memory bond = vault.bond(id);
        equal(bond.proposer, alice, "proposer");
        equal(bond.amount, BOND, "amount");
        equal(governor.terms(id).slashBps, 5000, "penalty");
        vaultIsWhole();
    }

    function test_proposingFixesTheTerms() public {
        Plan memory plan = smallPlan("a");
        vm.expectEmit(address(governor));
        emit IZooGovernor.TermsFixed(idOf(plan), IZooGovernor.Terms(10, 6600, 5000, false, 1000 ether, 100 ether));
        uint256 id = propose(alice, plan);
        IZooGovernor.Terms memory terms = governor.terms(id);
        equal(terms.quorumPercent, 10, "quorum");
        equal(terms.thresholdBps, 6600, "threshold");
        isFalse(terms.malicious, "malicious");
    }

    function test_proposingNeedsTheStake() public {
        keeper.transfer(guardian, 999 ether);
        Plan memory plan = smallPlan("a");
        vm.startPrank(guardian);
        keeper.approve(address(vault), type(uint256).max);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, guardian, 999 ether, BOND)
        );
        governor.propose(plan.targets, plan.values, plan.calldatas, plan.description);
    }

    function test_proposingNeedsAnAllowance() public {
        Plan memory plan = smallPlan("a");
        vm.startPrank(alice);
        keeper.approve(address(vault), 1);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(vault), 1, BOND)
        );
        governor.propose(plan.targets, plan.values, plan.calldatas, plan.description);
    }

    function test_proposingTwiceIsRefused() public {
        Plan memory plan = smallPlan("a");
        uint256 id = propose(alice, plan);
        vm.prank(bob);
        vm.expectRevert(
            abi.encodeWithSelector(
                IGovernor.GovernorUnexpectedProposalState.selector, id, IGovernor.ProposalState.Pending, bytes32(0)
            )
        );
        governor.propose(plan.targets, plan.values, plan.calldatas, plan.description);
    }

    function test_proposingNothingIsRefused() public {
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorInvalidProposalLength.selector, 0, 0, 0));
        governor.propose(new address[](0), new uint256[](0), new bytes[](0), "a");
    }

    function test_proposesWithAPermit() public {
        Plan memory plan = smallPlan("a");
        vm.startPrank(alice);
        keeper.approve(address(vault), 0);
        governor.proposeWithPermit(plan.targets, plan.values, plan.calldatas, plan.description, permitOf(0xa11ce, BOND));
        vm.stopPrank();
        equal(keeper.totalStaked(), BOND, "staked");
        equal(keeper.allowance(alice, address(vault)), 0, "allowance left");
    }

    function test_refusesAPermitOfSomebodyElse() public {
        Plan memory plan = smallPlan("a");
        IBondVault.StakePermit memory permit = permitOf(0xb0b, BOND);
        vm.startPrank(alice);
        keeper.approve(address(vault), 0);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(vault), 0, BOND)
        );
        governor.proposeWithPermit(plan.targets, plan.values, plan.calldatas, plan.description, permit);
    }

    function test_proposesALibraryUpdate() public {
        IExperienceRegistry.Update memory update = updateOf(1);
        Plan memory plan = updatePlan(update, none(), none(), "first");
        vm.expectEmit(address(governor));
        emit IZooGovernor.LibraryUpdateProposed(idOf(plan), 1, update.recordsRoot);
        vm.prank(alice);
        uint256 id = governor.proposeLibraryUpdate(update, none(), none(), "first");
        equal(id, idOf(plan), "id");
    }

    function test_tellsTheCallOfALibraryUpdate() public view {
        IExperienceRegistry.Update memory update = updateOf(1);
        (address[] memory targets, uint256[] memory values, bytes[] memory calldatas) =
            governor.libraryUpdateCall(update, only(1), only(2));
        equal(targets.length, 1, "targets");
        equal(targets[0], address(registry), "target");
        equal(values[0], 0, "value");
        equal(keccak256(calldatas[0]), keccak256(abi.encodeCall(registry.publish, (update, only(1), only(2)))), "call");
    }

    function test_waitsADayThenVotesForSevenThenTimelock() public {
        Plan memory plan = smallPlan("a");
        uint256 proposedAt = block.timestamp;
        uint256 id = propose(alice, plan);
        isIn(id, IGovernor.ProposalState.Pending);
        vm.warp(proposedAt + 1 days);
        isIn(id, IGovernor.ProposalState.Pending);
        vm.warp(proposedAt + 1 days + 1);
        isIn(id, IGovernor.ProposalState.Active);
        vote(alice, id, FOR);
        vm.warp(proposedAt + 8 days);
        isIn(id, IGovernor.ProposalState.Active);
        vm.warp(proposedAt + 8 days + 1);
        isIn(id, IGovernor.ProposalState.Succeeded);
        queue(plan);
        isIn(id, IGovernor.ProposalState.Queued);
        equal(governor.proposalEta(id), block.timestamp + TIMELOCK_DELAY, "eta");
        vm.warp(block.timestamp + TIMELOCK_DELAY);
        execute(plan);
        isIn(id, IGovernor.ProposalState.Executed);
    }

    function test_executesNotBeforeTheTimelock() public {
        Plan memory plan = smallPlan("a");
        succeed(plan);
        queue(plan);
        vm.warp(block.timestamp + TIMELOCK_DELAY - 1);
        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        execute(plan);
    }

    function test_executesOnlyOnce() public {
        Plan memory plan = smallPlan("a");
        pass(plan);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        execute(plan);
    }

    function test_defeatedIsNotQueued() public {
        Plan memory plan = smallPlan("a");
        fail(plan);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        queue(plan);
    }

    function test_nobodyExecutesAtTheTimelock() public {
        Plan memory plan = smallPlan("a");
        succeed(plan);
        ripen(plan);
        bytes32 salt = bytes20(address(governor)) ^ keccak256(bytes(plan.description));
        vm.prank(alice);
        vm.expectPartialRevert(bytes4(keccak256("AccessControlUnauthorizedAccount(address,bytes32)")));
        timelock.executeBatch(plan.targets, plan.values, plan.calldatas, 0, salt);
    }

    function test_executesNothingWhileIdle() public view {
        equal(governor.executingProposal(), 0, "executing");
    }

    function test_forgetsWhatItExecuted() public {
        publishNext();
        equal(governor.executingProposal(), 0, "executing");
    }

    // ---------------------------------------------------------------------------------------------- cancelling

    function test_proposerCancelsWhilePending() public {
        Plan memory plan = smallPlan("a");
        uint256 id = propose(alice, plan);
        cancel(alice, plan);
        isIn(id, IGovernor.ProposalState.Canceled);
        isFalse(governor.terms(id).malicious, "malicious");
    }

    function test_proposerCannotCancelOnceTheVoteIsOpen() public {
        Plan memory plan = smallPlan("a");
        uint256 id = propose(alice, plan);
        open(id);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorUnableToCancel.selector, id, alice));
        governor.cancel(plan.targets, plan.values, plan.calldatas, keccak256(bytes(plan.description)));
    }

    function test_othersCannotCancel() public {
        Plan memory plan = smallPlan("a");
        uint256 id = propose(alice, plan);
        vm.prank(bob);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorUnableToCancel.selector, id, bob));
        governor.cancel(plan.targets, plan.values, plan.calldatas, keccak256(bytes(plan.description)));
    }

    function test_guardianCancelsWhatIsPending() public {
        Plan memory plan = smallPlan("a");
        uint256 id = propose(alice, plan);
        vm.expectEmit(address(governor));
        emit IZooGovernor.ProposalMarkedMalicious(id, guardian);
        cancel(guardian, plan);
        isTrue(governor.terms(id).malicious, "malicious");
    }

    function test_guardianCancelsWhatIsActive() public {
        Plan memory plan = smallPlan("a");
        uint256 id = propose(alice, plan);
        open(id);
        cancel(guardian, plan);
        isIn(id, IGovernor.ProposalState.Canceled);
    }

    function test_guardianCancelsWhatIsQueued() public {
        Plan memory plan = smallPlan("a");
        uint256 id = succeed(plan);
        ripen(plan);
        cancel(guardian, plan);
        isIn(id, IGovernor.ProposalState.Canceled);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        execute(plan);
    }

    function test_guardianCannotCancelWhatIsDefeated() public {
        Plan memory plan = smallPlan("a");
        fail(plan);
        vm.prank(guardian);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        governor.cancel(plan.targets, plan.values, plan.calldatas, keccak256(bytes(plan.description)));
    }

    function test_guardianCannotCancelItsOwnReplacement() public {
        Plan memory plan = planOf(address(governor), abi.encodeCall(governor.setProposalGuardian, (bob)), "replace");
        uint256 id = propose(alice, plan);
        vm.prank(guardian);
        vm.expectRevert(abi.encodeWithSelector(IZooGovernor.ZooGovernorGuardianReplacement.selector, id));
        governor.cancel(plan.targets, plan.values, plan.calldatas, keccak256(bytes(plan.description)));
    }

    function test_guardianMayCancelAReplacementThatDoesMore() public {
        Plan memory plan = Plan(new address[](2), new uint256[](2), new bytes[](2), "replace and more");
        plan.targets[0] = address(governor);
        plan.calldatas[0] = abi.encodeCall(governor.setProposalGuardian, (bob));
        plan.targets[1] = address(governor);
        plan.calldatas[1] = abi.encodeCall(governor.setQuorumPercent, (1));
        uint256 id = propose(alice, plan);
        cancel(guardian, plan);
        isIn(id, IGovernor.ProposalState.Canceled);
    }

    function test_proposerTakesBackAReplacementOfTheGuardian() public {
        Plan memory plan = planOf(address(governor), abi.encodeCall(governor.setProposalGuardian, (bob)), "replace");
        uint256 id = propose(alice, plan);
        cancel(alice, plan);
        isIn(id, IGovernor.ProposalState.Canceled);
    }

    function test_withoutAGuardianNobodyCancels() public {
        govern(address(governor), abi.encodeCall(governor.setProposalGuardian, (address(0))));
        Plan memory plan = smallPlan("a");
        uint256 id = propose(alice, plan);
        open(id);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorUnableToCancel.selector, id, alice));
        governor.cancel(plan.targets, plan.values, plan.calldatas, keccak256(bytes(plan.description)));
    }

    function test_guardianThatProposesMayTakeBackWhilePending() public {
        fund(guardian, 2000 ether);
        Plan memory plan = smallPlan("by the guardian");
        uint256 id = propose(guardian, plan);
        cancel(guardian, plan);
        isFalse(governor.terms(id).malicious, "malicious");
    }
}
