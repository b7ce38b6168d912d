// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {BondVault} from "../../src/BondVault.sol";
import {KeeperToken} from "../../src/KeeperToken.sol";
import {IBondVault} from "../../src/interfaces/IBondVault.sol";
import {ZooFixture} from "../ZooFixture.sol";

/// @notice What becomes of stakes, and who is owed what.
contract BondVaultTest is ZooFixture {
    function shareDefeats() private {
        govern(address(governor), abi.encodeCall(governor.setDefeatMode, (IBondVault.DefeatMode.ShareAmongOpponents)));
    }

    // ------------------------------------------------------------------------------------------------ wiring

    function test_refusesNoToken() public {
        vm.expectRevert(IBondVault.VaultZeroAddress.selector);
        new BondVault(KeeperToken(address(0)), address(timelock));
    }

    function test_refusesNoGovernance() public {
        vm.expectRevert(IBondVault.VaultZeroAddress.selector);
        new BondVault(keeper, address(0));
    }

    function test_bindsOnce() public {
        vm.expectRevert(IBondVault.VaultAlreadyBound.selector);
        vault.bind(alice, bob);
    }

    function test_bindsByItsDeployer() public {
        BondVault fresh = new BondVault(keeper, address(timelock));
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.VaultOnlyDeployer.selector, alice));
        fresh.bind(alice, alice);
    }

    function test_bindsToSomething() public {
        BondVault fresh = new BondVault(keeper, address(timelock));
        vm.expectRevert(IBondVault.VaultZeroAddress.selector);
        fresh.bind(address(0), alice);
        vm.expectRevert(IBondVault.VaultZeroAddress.selector);
        fresh.bind(alice, address(0));
        vm.expectEmit(address(fresh));
        emit IBondVault.Bound(alice, bob);
        fresh.bind(alice, bob);
    }

    function test_onlyTheGovernorPosts() public {
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.VaultOnlyGovernor.selector, alice));
        vault.post(1, alice, IBondVault.DefeatMode.Burn, 1 ether);
    }

    function test_postsOnce() public {
        uint256 id = propose(alice, smallPlan("a"));
        vm.prank(address(governor));
        vm.expectRevert(abi.encodeWithSelector(IBondVault.VaultBondExists.selector, id));
        vault.post(id, alice, IBondVault.DefeatMode.Burn, 1 ether);
    }

    function test_postsSomething() public {
        vm.prank(address(governor));
        vm.expectRevert(abi.encodeWithSelector(IBondVault.VaultInvalidAmount.selector, 0));
        vault.post(1, alice, IBondVault.DefeatMode.Burn, 0);
    }

    function test_onlyTheRegistryStakesReleasesAndAccepts() public {
        bytes memory why = abi.encodeWithSelector(IBondVault.VaultOnlyRegistry.selector, alice);
        vm.startPrank(alice);
        vm.expectRevert(why);
        vault.stake(1, alice, 1);
        vm.expectRevert(why);
        vault.release(1, 0);
        vm.expectRevert(why);
        vault.accept(1, 1);
    }

    function test_stakesSomethingOfAFittingSize() public {
        vm.startPrank(address(registry));
        vm.expectRevert(abi.encodeWithSelector(IBondVault.VaultInvalidAmount.selector, 0));
        vault.stake(1, alice, 0);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.VaultInvalidAmount.selector, uint256(1 << 96)));
        vault.stake(1, alice, 1 << 96);
    }

    function test_stakesASubmissionOnce() public {
        vm.startPrank(address(registry));
        vault.stake(1, alice, 1);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.VaultStakeExists.selector, 1));
        vault.stake(1, alice, 1);
    }

    function test_releasesWhatIsThereOnce() public {
        vm.startPrank(address(registry));
        vm.expectRevert(abi.encodeWithSelector(IBondVault.VaultNoStake.selector, 1));
        vault.release(1, 0);
        vault.stake(1, alice, 5);
        vault.release(1, 0);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.VaultNoStake.selector, 1));
        vault.release(1, 0);
    }

    function test_burnsAtMostAllOfAStake() public {
        vm.startPrank(address(registry));
        vault.stake(1, alice, 5);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.VaultInvalidAmount.selector, 10_001));
        vault.release(1, 10_001);
    }

    function test_burnsHalfRoundedAgainstTheStaker() public {
        vm.startPrank(address(registry));
        vault.stake(1, alice, 5);
        vm.expectEmit(address(vault));
        emit IBondVault.SubmissionReleased(1, alice, 2, 3);
        vault.release(1, 5000);
        equal(vault.owed(alice), 2, "owed");
    }

    // --------------------------------------------------------------------------------------------- settling

    function test_settlesNothingUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(IBondVault.VaultNoBond.selector, 7));
        vault.settle(7);
    }

    function test_settlesNothingThatRuns() public {
        uint256 id = propose(alice, smallPlan("a"));
        vm.expectRevert(
            abi.encodeWithSelector(IBondVault.VaultNotSettleable.selector, id, uint8(IGovernor.ProposalState.Pending))
        );
        vault.settle(id);
        open(id);
        vm.expectRevert(
            abi.encodeWithSelector(IBondVault.VaultNotSettleable.selector, id, uint8(IGovernor.ProposalState.Active))
        );
        vault.settle(id);
    }

    function test_executedRefundsAndRewards() public {
        fundRewards(10_000 ether);
        uint256 id = pass(smallPlan("a"));
        vm.expectEmit(address(vault));
        emit IBondVault.BondSettled(id, IBondVault.BondStatus.Refunded, BOND, 0);
        vault.settle(id);
        // 500,000 of 1,000,000 voted for: half of the cap.
        equal(vault.owed(alice), BOND + 500 ether, "owed");
        equal(vault.rewardPool(), 9500 ether, "pool");
        vaultIsWhole();
    }

    function test_executedWithoutAPoolLeavesTheRewardDue() public {
        uint256 id = pass(smallPlan("a"));
        vault.settle(id);
        equal(vault.owed(alice), BOND, "owed");
        equal(vault.due(alice), 500 ether, "due");
    }

    function test_paysWhatIsDueOnceThereIsAPool() public {
        vault.settle(pass(smallPlan("a")));
        fundRewards(200 ether);
        vm.expectEmit(address(vault));
        emit IBondVault.DuePaid(alice, 200 ether);
        vault.collectDue(alice);
        equal(vault.due(alice), 300 ether, "due");
        fundRewards(1000 ether);
        vault.collectDue(alice);
        equal(vault.due(alice), 0, "due at last");
        equal(vault.owed(alice), BOND + 500 ether, "owed");
        equal(vault.rewardPool(), 700 ether, "pool");
        vaultIsWhole();
    }

    function test_nothingDueIsRefused() public {
        vm.expectRevert(abi.encodeWithSelector(IBondVault.VaultNothingDue.selector, bob));
        vault.collectDue(bob);
    }

    function test_nothingInThePoolIsRefused() public {
        vault.settle(pass(smallPlan("a")));
        vm.expectRevert(abi.encodeWithSelector(IBondVault.VaultNothingDue.selector, alice));
        vault.collectDue(alice);
    }

    function test_noRewardWithoutACap() public {
        govern(address(governor), abi.encodeCall(governor.setRewardCaps, (0, 0)));
        fundRewards(10 ether);
        vault.settle(pass(smallPlan("a")));
        equal(vault.owed(alice), BOND, "owed");
    }

    function test_defeatedBurns() public {
        uint256 id = fail(smallPlan("a"));
        vault.settle(id);
        equal(statusOf(id), uint256(IBondVault.BondStatus.Burned), "status");
        equal(keeper.totalSupply(), SUPPLY - BOND, "supply");
        equal(vault.owed(alice), 0, "owed");
        vaultIsWhole();
    }

    function test_defeatedIsSharedAmongOpponents() public {
        shareDefeats();
        uint256 id = fail(smallPlan("a"));
        vault.settle(id);
        equal(statusOf(id), uint256(IBondVault.BondStatus.Shared), "status");
        vault.claimDefeatShare(id, bob);
        vault.claimDefeatShare(id, carol);
        vaultIsWhole(1); // rounded down
        // 200,000 and 100,000 against.
        equal(vault.owed(bob), (BOND * 2) / 3, "bob");
        equal(vault.owed(carol), BOND / 3, "carol");
        equal(keeper.totalSupply(), SUPPLY, "supply");
    }

    function test_defeatedWithoutOpponentsBurns() public {
        shareDefeats();
        uint256 id = propose(alice, smallPlan("a"));
        close(id);
        vault.settle(id);
        equal(statusOf(id), uint256(IBondVault.BondStatus.Burned), "status");
    }

    function test_sharesOnlyWithOpponents() public {
        shareDefeats();
        uint256 id = fail(smallPlan("a"));
        vault.settle(id);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.VaultNothingToClaim.selector, id, alice));
        vault.claimDefeatShare(id, alice);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.VaultNothingToClaim.selector, id, dave));
        vault.claimDefeatShare(id, dave);
    }

    function test_sharesOnce() public {
        shareDefeats();
        uint256 id = fail(smallPlan("a"));
        vault.settle(id);
        vault.claimDefeatShare(id, bob);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.VaultNothingToClaim.selector, id, bob));
        vault.claimDefeatShare(id, bob);
    }

    function test_sharesNothingBeforeTheSettlement() public {
        shareDefeats();
        uint256 id = fail(smallPlan("a"));
        vm.expectRevert(abi.encodeWithSelector(IBondVault.VaultNothingToClaim.selector, id, bob));
        vault.claimDefeatShare(id, bob);
    }

    function test_cancelledWhilePendingRefunds() public {
        Plan memory plan = smallPlan("a");
        uint256 id = propose(alice, plan);
        cancel(alice, plan);
        vault.settle(id);
        equal(statusOf(id), uint256(IBondVault.BondStatus.Refunded), "status");
        equal(vault.owed(alice), BOND, "owed");
    }

    function test_maliciousLosesHalf() public {
        Plan memory plan = smallPlan("a");
        uint256 id = propose(alice, plan);
        cancel(guardian, plan);
        vault.settle(id);
        equal(statusOf(id), uint256(IBondVault.BondStatus.Slashed), "status");
        equal(vault.owed(alice), BOND / 2, "owed");
        equal(keeper.totalSupply(), SUPPLY - BOND / 2, "supply");
    }

    function test_aVoteSlashesABond() public {
        uint256 id = pass(smallPlan("a"));
        govern(address(vault), abi.encodeCall(vault.slash, (id)));
        equal(statusOf(id), uint256(IBondVault.BondStatus.Slashed), "status");
    }

    function test_onlyAVoteSlashes() public {
        uint256 id = propose(alice, smallPlan("a"));
        vm.prank(guardian);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.VaultOnlyGovernance.selector, guardian));
        vault.slash(id);
    }

    function test_settlesOnce() public {
        uint256 id = fail(smallPlan("a"));
        vault.settle(id);
        vm.expectRevert(
            abi.encodeWithSelector(IBondVault.VaultAlreadySettled.selector, id, IBondVault.BondStatus.Burned)
        );
        vault.settle(id);
    }

    function test_slashesNothingSettled() public {
        uint256 id = pass(smallPlan("a"));
        vault.settle(id);
        vm.prank(address(timelock));
        vm.expectRevert(
            abi.encodeWithSelector(IBondVault.VaultAlreadySettled.selector, id, IBondVault.BondStatus.Refunded)
        );
        vault.slash(id);
    }

    function test_succeededIsStuckAfter30Days() public {
        uint256 id = succeed(smallPlan("a"));
        vm.warp(governor.proposalDeadline(id) + 30 days);
        vm.expectRevert(
            abi.encodeWithSelector(IBondVault.VaultNotSettleable.selector, id, uint8(IGovernor.ProposalState.Succeeded))
        );
        vault.settle(id);
        vm.warp(governor.proposalDeadline(id) + 30 days + 1);
        vault.settle(id);
        equal(statusOf(id), uint256(IBondVault.BondStatus.Refunded), "status");
        equal(vault.owed(alice), BOND, "owed");
    }

    function test_queuedIsStuckAfter30Days() public {
        Plan memory plan = planOf(address(registry), abi.encodeCall(registry.slash, (99)), "cannot be executed");
        uint256 id = succeed(plan);
        ripen(plan);
        vm.expectRevert();
        execute(plan);
        vm.warp(governor.proposalDeadline(id) + 30 days + 1);
        vault.settle(id);
        equal(vault.owed(alice), BOND, "owed");
    }

    function test_expiredIsStuckAfter30DaysToo() public {
        uint256 id = succeed(smallPlan("a"));
        vm.mockCall(
            address(governor), abi.encodeCall(IGovernor.state, (id)), abi.encode(IGovernor.ProposalState.Expired)
        );
        vm.warp(governor.proposalDeadline(id) + 30 days + 1);
        vault.settle(id);
        equal(vault.owed(alice), BOND, "owed");
    }

    function test_executedAfterItWasStuckEarnsNoReward() public {
        fundRewards(1000 ether);
        Plan memory plan = smallPlan("a");
        uint256 id = succeed(plan);
        vm.warp(governor.proposalDeadline(id) + 30 days + 1);
        vault.settle(id);
        ripen(plan);
        execute(plan);
        vm.expectPartialRevert(IBondVault.VaultAlreadySettled.selector);
        vault.settle(id);
        equal(vault.rewardPool(), 1000 ether, "pool");
    }

    function test_endedStakesLoseTheirVote() public {
        uint256 id = fail(smallPlan("a"));
        equal(keeper.getVotes(alice), 300_000 ether, "before");
        vault.settle(id);
        equal(keeper.getVotes(alice), 300_000 ether - BOND, "after");
    }

    // ---------------------------------------------------------------------------------------------- money

    function test_paysOutWhatIsOwed() public {
        Plan memory plan = smallPlan("a");
        uint256 id = propose(alice, plan);
        cancel(alice, plan);
        vault.settle(id);
        vm.prank(alice);
        equal(vault.withdraw(), BOND, "paid");
        equal(keeper.balanceOf(alice), 300_000 ether, "balance");
        equal(vault.owed(alice), 0, "owed");
        equal(keeper.stakedOf(alice), 0, "staked");
    }

    function test_paysOutWhatWasEarnedAlone() public {
        shareDefeats();
        uint256 id = fail(smallPlan("a"));
        vault.settle(id);
        vault.claimDefeatShare(id, carol);
        equal(vault.refundedOf(carol), 0, "no stake");
        uint256 before = keeper.balanceOf(carol);
        uint256 owed = vault.owed(carol);
        vm.prank(carol);
        vault.withdraw();
        equal(keeper.balanceOf(carol), before + owed, "paid");
        equal(keeper.getVotes(carol), before + owed, "and it votes");
    }

    function test_refundedStakesVoteUntilTheyAreWithdrawnAndAfter() public {
        Plan memory plan = smallPlan("a");
        uint256 id = propose(alice, plan);
        cancel(alice, plan);
        vault.settle(id);
        equal(vault.refundedOf(alice), BOND, "refunded");
        equal(keeper.stakedOf(alice), BOND, "still there");
        equal(keeper.getVotes(alice), 300_000 ether, "votes before");
        vm.prank(alice);
        vault.withdraw();
        equal(vault.refundedOf(alice), 0, "refunded");
        equal(keeper.getVotes(alice), 300_000 ether, "votes after");
    }

    function test_withdrawingKeepsWhatIsDue() public {
        vault.settle(pass(smallPlan("a")));
        vm.expectEmit(address(vault));
        emit IBondVault.Withdrawn(alice, BOND);
        vm.prank(alice);
        vault.withdraw();
        equal(vault.due(alice), 500 ether, "due");
    }

    function test_whatIsDueIsRoundedDown() public {
        govern(address(governor), abi.encodeCall(governor.setRewardCaps, (3_000_000_003, 0)));
        vault.settle(pass(smallPlan("a")));
        equal(vault.due(alice), 1e9, "due, of 1,500,000,001");
        fundRewards(1e9 - 1);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.VaultNothingDue.selector, alice));
        vault.collectDue(alice);
        fundRewards(1);
        vault.collectDue(alice);
        equal(vault.owed(alice), BOND + 1e9, "owed");
        equal(vault.rewardPool(), 0, "pool");
        vaultIsWhole();
    }

    function test_tellsTheStakeOfASubmission() public {
        uint256 submission = submit(eve);
        equal(vault.stakeOf(submission), STAKE, "stake");
        publishWith(only(submission), none());
        equal(vault.stakeOf(submission), 0, "no more");
    }

    function test_fundsNoMoreThanThereCanBe() public {
        vm.expectRevert(abi.encodeWithSelector(IBondVault.VaultInvalidAmount.selector, uint256(1 << 96)));
        vault.fundRewards(1 << 96);
    }

    function test_paysOutNothingToOthers() public {
        vm.prank(bob);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.VaultNothingToWithdraw.selector, bob));
        vault.withdraw();
    }

    function test_fundsSomething() public {
        vm.expectRevert(abi.encodeWithSelector(IBondVault.VaultInvalidAmount.selector, 0));
        vault.fundRewards(0);
    }

    function test_anyoneFundsRewards() public {
        vm.expectEmit(address(vault));
        emit IBondVault.RewardsFunded(eve, 5 ether);
        vm.prank(eve);
        vault.fundRewards(5 ether);
        equal(vault.rewardPool(), 5 ether, "pool");
        vaultIsWhole();
    }
}
