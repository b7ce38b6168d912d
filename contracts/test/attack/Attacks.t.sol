// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {BondVault} from "../../src/BondVault.sol";
import {ExperienceRegistry} from "../../src/ExperienceRegistry.sol";
import {IBondVault} from "../../src/interfaces/IBondVault.sol";
import {IExperienceRegistry} from "../../src/interfaces/IExperienceRegistry.sol";
import {IZooGovernor} from "../../src/interfaces/IZooGovernor.sol";
import {KeeperToken} from "../../src/KeeperToken.sol";
import {Reputation} from "../../src/Reputation.sol";
import {Treasury} from "../../src/Treasury.sol";
import {FlashLender, FlashVoter, ReentrantBeneficiary, ReentrantToken} from "../mocks/Attackers.sol";
import {ZooFixture} from "../ZooFixture.sol";

/// @notice The attacks that docs/threat-model.md lists, each tried.
contract AttacksTest is ZooFixture {
    bytes4 private constant GUARDED = ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector;

    // ---------------------------------------------------------------------------------------------- reentrancy

    function test_reentrancy_claimOfTheTreasury() public {
        ReentrantBeneficiary attacker = new ReentrantBeneficiary(treasury);
        vm.deal(address(treasury), 10 ether);
        vm.prank(address(timelock));
        uint256 id = treasury.allocate(address(attacker), address(0), 1 ether, "to an attacker");
        attacker.claim(id);
        isTrue(attacker.triedAgain(), "it tried");
        equal(attacker.refusal(), GUARDED, "refusal");
        equal(address(attacker).balance, 1 ether, "once");
    }

    function hostileVault() private returns (ReentrantToken token, BondVault hostile) {
        token = new ReentrantToken();
        hostile = new BondVault(KeeperToken(address(token)), address(this));
        hostile.bind(address(this), address(this));
        token.approve(address(hostile), type(uint256).max);
    }

    function test_reentrancy_withdrawal() public {
        (ReentrantToken token, BondVault hostile) = hostileVault();
        hostile.stake(1, address(this), 5 ether);
        hostile.release(1, 0);
        token.arm(address(hostile), abi.encodeCall(hostile.withdraw, ()));
        hostile.withdraw();
        equal(token.refusal(), GUARDED, "refusal");
        equal(hostile.owed(address(this)), 0, "owed");
    }

    function test_reentrancy_stakeAndRelease() public {
        (ReentrantToken token, BondVault hostile) = hostileVault();
        token.arm(address(hostile), abi.encodeCall(hostile.release, (1, 0)));
        hostile.stake(1, address(this), 5 ether);
        // The token is not the registry, so it is refused even before the guard.
        isTrue(token.refusal() != 0, "refused");
        token.arm(address(hostile), abi.encodeCall(hostile.withdraw, ()));
        hostile.release(1, 5000);
        equal(token.refusal(), GUARDED, "refusal");
        equal(hostile.owed(address(this)), 2.5 ether, "owed once");
    }

    /// @dev Stands in for the Governor of the hostile vault.
    function terms(uint256) external pure returns (IZooGovernor.Terms memory) {
        return IZooGovernor.Terms(10, 6600, 5000, true, 0, 0);
    }

    function test_reentrancy_settlement() public {
        (ReentrantToken token, BondVault hostile) = hostileVault();
        hostile.post(7, address(this), IBondVault.DefeatMode.Burn, 4 ether);
        token.arm(address(hostile), abi.encodeCall(hostile.settle, (7)));
        hostile.slash(7);
        equal(token.refusal(), GUARDED, "refusal");
        equal(uint256(hostile.bond(7).status), uint256(IBondVault.BondStatus.Slashed), "settled once");
    }

    function test_reentrancy_fundingOfRewards() public {
        (ReentrantToken token, BondVault hostile) = hostileVault();
        token.arm(address(hostile), abi.encodeCall(hostile.fundRewards, (1 ether)));
        hostile.fundRewards(1 ether);
        equal(token.refusal(), GUARDED, "refusal");
        equal(hostile.rewardPool(), 1 ether, "counted once");
    }

    function test_reentrancy_submission() public {
        (ReentrantToken token,) = hostileVault();
        BondVault fresh = new BondVault(KeeperToken(address(token)), address(this));
        ExperienceRegistry hostile =
            new ExperienceRegistry(address(this), governor, fresh, new Reputation(), IERC20Permit(address(token)));
        fresh.bind(address(this), address(hostile));
        token.approve(address(fresh), type(uint256).max);
        token.arm(address(hostile), abi.encodeCall(hostile.submit, (keccak256("r"), keccak256("c"))));
        // The permit calls back.
        hostile.submitWithPermit(keccak256("r"), keccak256("c"), IBondVault.StakePermit(0, 0, 0, 0));
        equal(token.refusal(), GUARDED, "refusal");
        equal(hostile.submissionCount(), 1, "submitted once");
    }

    function test_reentrancy_allocationsInAHostileToken() public {
        ReentrantToken token = new ReentrantToken();
        token.transfer(address(treasury), 10 ether);
        vm.prank(address(timelock));
        uint256 id = treasury.allocate(address(this), address(token), 1 ether, "hostile");
        token.arm(address(treasury), abi.encodeCall(treasury.claim, (id)));
        treasury.claim(id);
        equal(token.refusal(), GUARDED, "refusal");
        equal(token.balanceOf(address(treasury)), 9 ether, "once");
    }

    // ------------------------------------------------------------------------------------------------ rounding

    function test_rounding_sharesNeverExceedTheBond() public {
        govern(address(governor), abi.encodeCall(governor.setDefeatMode, (IBondVault.DefeatMode.ShareAmongOpponents)));
        fund(address(0x31), 1);
        fund(address(0x32), 1);
        vm.warp(block.timestamp + 1);
        uint256 id = propose(alice, smallPlan("odd"));
        open(id);
        vote(bob, id, AGAINST);
        vote(address(0x31), id, AGAINST);
        close(id);
        vault.settle(id);
        vault.claimDefeatShare(id, bob);
        // One unit of 200,000 x 10^18 + 1 votes earns less than one unit: nothing.
        vm.expectRevert(abi.encodeWithSelector(IBondVault.VaultNothingToClaim.selector, id, address(0x31)));
        vault.claimDefeatShare(id, address(0x31));
        equal(vault.owed(bob), BOND - 1, "rounded down");
        vaultIsWhole(1); // the dust stays there
    }

    function test_rounding_thePenaltyIsRoundedUp() public {
        govern(address(governor), abi.encodeCall(governor.setProposalBond, (1 ether + 1)));
        Plan memory plan = smallPlan("odd");
        uint256 id = propose(alice, plan);
        cancel(guardian, plan);
        vault.settle(id);
        equal(vault.owed(alice), 0.5 ether, "refund");
    }

    // -------------------------------------------------------------------------------------------- front-running

    /// CVE-2023-34234: somebody proposes the same first, and cancels it.
    function test_frontRunning_ofAProposalIsShutOutByItsSuffix() public {
        string memory description = string.concat("mine#proposer=", Strings.toHexString(alice));
        Plan memory plan = smallPlan(description);
        vm.prank(bob);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorRestrictedProposer.selector, bob));
        governor.propose(plan.targets, plan.values, plan.calldatas, description);
        propose(alice, plan);
    }

    function test_frontRunning_aSuffixThatIsNotLastDoesNotProtect() public {
        string memory description = string.concat("mine#proposer=", Strings.toHexString(alice), "\n");
        propose(bob, smallPlan(description));
    }

    function test_frontRunning_ofALibraryUpdateIsShutOutToo() public {
        string memory description = string.concat("mine#proposer=", Strings.toHexString(alice));
        IExperienceRegistry.Update memory update = updateOf(1);
        vm.prank(bob);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorRestrictedProposer.selector, bob));
        governor.proposeLibraryUpdate(update, none(), none(), description);
    }

    function test_frontRunning_ofAPermitDoesNotStopTheProposal() public {
        IBondVault.StakePermit memory permit = permitOf(0xa11ce, BOND);
        Plan memory plan = smallPlan("a");
        vm.prank(alice);
        keeper.approve(address(vault), 0);
        vm.prank(eve);
        keeper.permit(alice, address(vault), BOND, permit.deadline, permit.v, permit.r, permit.s);
        vm.prank(alice);
        governor.proposeWithPermit(plan.targets, plan.values, plan.calldatas, plan.description, permit);
        equal(keeper.totalStaked(), BOND, "staked");
    }

    function test_frontRunning_ofASubmissionTakesNothingFromItsAuthor() public {
        vm.prank(bob);
        registry.submit(keccak256("of eve"), keccak256("cid"));
        vm.prank(eve);
        uint256 second = registry.submit(keccak256("of eve"), keccak256("cid"));
        // Both stand; the vote names the author's by its number.
        publishWith(only(second), only(1));
        equal(reputation.recordOf(eve).accepted, 1, "eve");
        equal(reputation.recordOf(bob).rejected, 1, "bob");
    }

    function test_frontRunning_aSubmissionAfterTheVoteOpenedIsNotRewarded() public {
        fundRewards(1000 ether);
        // A proposal names a number that nobody has yet.
        Plan memory plan = updatePlan(updateOf(1), only(1), none(), "takes in number 1");
        uint256 id = propose(alice, plan);
        open(id);
        vote(alice, id, FOR);
        vm.prank(eve);
        registry.submit(keccak256("slipped in"), keccak256("cid"));
        close(id);
        ripen(plan);
        execute(plan);
        equal(vault.owed(eve), 0, "owed");
        equal(
            uint256(registry.submission(1).state), uint256(IExperienceRegistry.SubmissionState.Pending), "still pending"
        );
    }

    // ------------------------------------------------------------------------------------------------ borrowing

    function test_flashLoan_borrowedVotesWeighNothing() public {
        uint256 id = propose(alice, smallPlan("a"));
        open(id);
        FlashLender lender = new FlashLender(keeper);
        keeper.transfer(address(lender), 100_000 ether);
        FlashVoter voter = new FlashVoter(keeper, governor, id);
        lender.lend(voter, 100_000 ether);
        equal(voter.weight(), 0, "weight");
        (, uint256 forVotes,) = governor.proposalVotes(id);
        equal(forVotes, 0, "for");
    }

    function test_flashLoan_tokensOfTheOpeningMomentWeighNothingEither() public {
        uint256 id = propose(alice, smallPlan("a"));
        vm.warp(governor.proposalSnapshot(id));
        FlashVoter voter = new FlashVoter(keeper, governor, id);
        FlashLender lender = new FlashLender(keeper);
        keeper.transfer(address(lender), 100_000 ether);
        // At the snapshot itself the vote is not open yet.
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        lender.lend(voter, 100_000 ether);
    }

    function test_doubleVote_tokensMovedAfterTheSnapshotVoteOnce() public {
        uint256 id = propose(alice, smallPlan("a"));
        open(id);
        vote(bob, id, FOR);
        vm.prank(bob);
        keeper.transfer(eve, 200_000 ether);
        vote(eve, id, FOR);
        (, uint256 forVotes,) = governor.proposalVotes(id);
        equal(forVotes, 210_000 ether, "for");
    }

    function test_doubleVote_stakedTokensVoteOnce() public {
        uint256 id = propose(alice, smallPlan("a"));
        open(id);
        vote(alice, id, FOR);
        (, uint256 forVotes,) = governor.proposalVotes(id);
        equal(forVotes, 300_000 ether, "held and staked");
    }

    // ------------------------------------------------------------------------------------------------- griefing

    function test_griefing_aWithdrawalDoesNotHoldUpAVersion() public {
        uint256 submission = submit(eve);
        vm.warp(block.timestamp + 29 days);
        Plan memory plan = updatePlan(updateOf(1), only(submission), none(), "with eve's");
        succeed(plan);
        ripen(plan);
        vm.prank(eve);
        registry.withdraw(submission);
        execute(plan);
        equal(registry.versionCount(), 1, "versions");
        equal(reputation.recordOf(eve).accepted, 0, "accepted");
    }

    function test_griefing_settlingEarlyTakesNoReward() public {
        uint256 id = pass(smallPlan("a"));
        vm.prank(eve);
        vault.settle(id); // while the pool is empty
        fundRewards(1000 ether);
        vault.collectDue(alice);
        equal(vault.owed(alice), BOND + 500 ether, "owed");
    }

    function test_griefing_giftsToTheVaultChangeNothing() public {
        keeper.transfer(address(vault), 7 ether);
        uint256 id = fail(smallPlan("a"));
        vault.settle(id);
        equal(keeper.balanceOf(address(vault)), 7 ether, "the gift");
        equal(keeper.totalStaked() + vault.rewardPool(), 0, "owed to nobody");
    }

    function test_griefing_aStakeCannotBeTakenFromAnother() public {
        // Alice has allowed the vault everything; only she can put her tokens at stake.
        uint256 before = keeper.balanceOf(alice);
        vm.startPrank(eve);
        registry.submit(keccak256("r"), keccak256("c"));
        vm.expectRevert(abi.encodeWithSelector(IBondVault.VaultOnlyRegistry.selector, eve));
        vault.stake(2, alice, 1 ether);
        equal(keeper.balanceOf(alice), before, "alice");
    }

    function test_griefing_theProposerCannotEscapeADefeat() public {
        Plan memory plan = smallPlan("a");
        uint256 id = fail(plan);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorUnableToCancel.selector, id, alice));
        governor.cancel(plan.targets, plan.values, plan.calldatas, keccak256(bytes(plan.description)));
        vault.settle(id);
        equal(vault.owed(alice), 0, "owed");
    }

    function test_griefing_theGuardianCannotSaveADefeatedFriend() public {
        Plan memory plan = smallPlan("a");
        fail(plan);
        vm.prank(guardian);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        governor.cancel(plan.targets, plan.values, plan.calldatas, keccak256(bytes(plan.description)));
    }

    // --------------------------------------------------------------------------------------------------- replay

    function test_replay_aBallotCountsOnce() public {
        uint256 id = propose(bob, smallPlan("a"));
        uint256 other = propose(bob, smallPlan("b"));
        open(other);
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("ZooGovernor"),
                keccak256("1"),
                block.chainid,
                address(governor)
            )
        );
        bytes32 message = keccak256(abi.encode(governor.BALLOT_TYPEHASH(), id, FOR, alice, uint256(0)));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(0xa11ce, keccak256(abi.encodePacked(hex"1901", domain, message)));
        bytes memory signature = abi.encodePacked(r, s, v);
        governor.castVoteBySig(id, FOR, alice, signature);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorInvalidSignature.selector, alice));
        governor.castVoteBySig(id, FOR, alice, signature);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorInvalidSignature.selector, alice));
        governor.castVoteBySig(other, FOR, alice, signature);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorInvalidSignature.selector, alice));
        governor.castVoteBySig(id, AGAINST, alice, signature);
    }

    function test_replay_anExecutedProposalIsNotProposedAgain() public {
        Plan memory plan = smallPlan("a");
        pass(plan);
        vm.prank(alice);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        governor.propose(plan.targets, plan.values, plan.calldatas, plan.description);
    }

    function test_replay_anInclusionProofOfAnotherPlace() public {
        IExperienceRegistry.Update memory update = updateOf(1);
        bytes memory one = "one";
        bytes32 leaf = sha256(abi.encodePacked(hex"00", sha256(one)));
        (update.size, update.recordsRoot) = (2, sha256(abi.encodePacked(hex"01", leaf, leaf)));
        pass(updatePlan(update, none(), none(), "twice the same"));
        isTrue(registry.verifyInclusion(1, 0, one, abi.encodePacked(leaf)), "first");
        isTrue(registry.verifyInclusion(1, 1, one, abi.encodePacked(leaf)), "second");
        isFalse(registry.verifyInclusion(1, 2, one, abi.encodePacked(leaf)), "a third place");
    }

    // -------------------------------------------------------------------------------------------- fixed terms

    /// CVE-2022-31198: a lower quorum must not revive what was defeated.
    function test_quorumChange_doesNotReviveADefeatedProposal() public {
        uint256 id = propose(eve, smallPlan("too few vote on me"));
        open(id);
        vote(dave, id, FOR); // 5 %
        close(id);
        isIn(id, IGovernor.ProposalState.Defeated);
        govern(address(governor), abi.encodeCall(governor.setQuorumPercent, (1)));
        isIn(id, IGovernor.ProposalState.Defeated);
        equal(governor.proposalQuorum(id), 100_000 ether, "its own quorum");
    }

    function test_quorumChange_doesNotBindARunningProposal() public {
        Plan memory stricter = planOf(address(governor), abi.encodeCall(governor.setQuorumPercent, (50)), "stricter");
        succeed(stricter);
        ripen(stricter);
        uint256 id = propose(eve, smallPlan("running"));
        execute(stricter);
        open(id);
        vote(bob, id, FOR); // 20 %: enough for 10, not for 50
        close(id);
        isIn(id, IGovernor.ProposalState.Succeeded);
    }

    function test_thresholdChange_doesNotReviveADefeatedProposal() public {
        uint256 id = propose(eve, smallPlan("60 percent"));
        open(id);
        vote(alice, id, FOR);
        vote(bob, id, AGAINST);
        close(id);
        isIn(id, IGovernor.ProposalState.Defeated);
        govern(address(governor), abi.encodeCall(governor.setApprovalThreshold, (5001)));
        isIn(id, IGovernor.ProposalState.Defeated);
    }

    function test_changes_doNotTouchABondThatIsHeld() public {
        Plan memory change = Plan(new address[](4), new uint256[](4), new bytes[](4), "change all");
        for (uint256 index = 0; index < 4; ++index) {
            change.targets[index] = address(governor);
        }
        change.calldatas[0] = abi.encodeCall(governor.setProposalBond, (5 ether));
        change.calldatas[1] = abi.encodeCall(governor.setSlashingPenalty, (10_000));
        change.calldatas[2] = abi.encodeCall(governor.setRewardCaps, (0, 0));
        change.calldatas[3] = abi.encodeCall(governor.setDefeatMode, (IBondVault.DefeatMode.ShareAmongOpponents));
        succeed(change);
        ripen(change);
        Plan memory plan = smallPlan("held");
        uint256 id = propose(eve, plan);
        execute(change);
        cancel(guardian, plan);
        vault.settle(id);
        equal(vault.owed(eve), BOND / 2, "half of the stake of its time");
        equal(governor.proposalBond(), 5 ether, "new stake");
    }

    function test_rewardChange_doesNotTouchARunningProposal() public {
        fundRewards(10_000 ether);
        uint256 submission = submit(eve);
        Plan memory change = planOf(address(governor), abi.encodeCall(governor.setRewardCaps, (0, 0)), "no rewards");
        succeed(change);
        ripen(change);
        Plan memory plan = updatePlan(updateOf(1), only(submission), none(), "running");
        uint256 id = propose(carol, plan);
        execute(change);
        open(id);
        vote(alice, id, FOR);
        vote(bob, id, FOR);
        close(id);
        ripen(plan);
        execute(plan);
        vault.settle(id);
        // 500,000 of 1,000,000 voted for: half of the caps of its time.
        equal(vault.owed(carol), BOND + 500 ether, "proposer");
        equal(vault.owed(eve), STAKE + 50 ether, "contributor");
        uint256 later = pass(smallPlan("later"));
        (uint256 proposer, uint256 contributor) = governor.rewardsOf(later);
        equal(proposer + contributor, 0, "rewards of the next");
    }

    function test_votingDelayChange_doesNotMoveARunningVote() public {
        Plan memory change = planOf(address(governor), abi.encodeCall(governor.setVotingPeriod, (30 days)), "longer");
        succeed(change);
        ripen(change);
        uint256 id = propose(eve, smallPlan("running"));
        uint256 deadline = governor.proposalDeadline(id);
        execute(change);
        equal(governor.proposalDeadline(id), deadline, "deadline");
    }

    // ------------------------------------------------------------------------------------------------- draining

    function test_relay_cannotDrainTheVault() public {
        propose(eve, smallPlan("holds a stake"));
        bytes memory theft = abi.encodeCall(keeper.transfer, (alice, BOND));
        Plan memory plan =
            planOf(address(governor), abi.encodeCall(governor.relay, (address(keeper), 0, theft)), "relay");
        succeed(plan);
        ripen(plan);
        vm.expectRevert(); // the Governor holds nothing
        execute(plan);
        vaultIsWhole();
    }

    function test_relay_cannotStakeTheTokensOfOthers() public {
        bytes memory post = abi.encodeCall(vault.post, (77, eve, IBondVault.DefeatMode.Burn, 1 ether));
        Plan memory plan = planOf(
            address(governor), abi.encodeCall(governor.relay, (address(vault), 0, post)), "stake what eve allowed"
        );
        succeed(plan);
        ripen(plan);
        vm.expectRevert(IZooGovernor.ZooGovernorRelayToVault.selector);
        execute(plan);
    }

    function test_relay_recoversTokensSentByMistake() public {
        keeper.transfer(address(governor), 3 ether);
        bytes memory recovery = abi.encodeCall(keeper.transfer, (address(treasury), 3 ether));
        govern(address(governor), abi.encodeCall(governor.relay, (address(keeper), 0, recovery)));
        equal(keeper.balanceOf(address(treasury)), 200_003 ether, "treasury");
    }

    function test_theTimelockCannotTakeFromTheVault() public {
        uint256 id = propose(eve, smallPlan("holds a stake"));
        Plan memory theft =
            planOf(address(keeper), abi.encodeCall(keeper.transferFrom, (address(vault), alice, BOND)), "transferFrom");
        succeed(theft);
        ripen(theft);
        vm.expectRevert();
        execute(theft);
        vault.settle(id);
    }

    function test_treasuryMovesOnlyThroughTheTimelock() public {
        vm.prank(address(governor));
        vm.expectRevert();
        treasury.allocate(alice, address(keeper), 1, "from the governor itself");
        equal(keeper.allowance(address(treasury), address(vault)), 0, "allowance");
        equal(IERC20(address(keeper)).balanceOf(address(treasury)), 200_000 ether, "treasury");
        isTrue(Treasury(payable(treasury)).GOVERNANCE() == address(timelock), "governance");
    }
}
