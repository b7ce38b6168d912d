// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IBondVault} from "../../src/interfaces/IBondVault.sol";
import {IZooGovernor} from "../../src/interfaces/IZooGovernor.sol";
import {ZooGovernor} from "../../src/ZooGovernor.sol";
import {ZooFixture} from "../ZooFixture.sol";

/// @notice Each parameter of appendix C: its value, its bounds, and that only a vote changes it.
contract GovernorParametersTest is ZooFixture {
    /// @dev A proposal whose call reverts with `why` when it is executed.
    function governRefused(bytes memory data, bytes memory why) private {
        Plan memory plan = planOf(address(governor), data, "refused");
        succeed(plan);
        ripen(plan);
        vm.expectRevert(why);
        execute(plan);
    }

    function refusedFromAlice(bytes memory data) private {
        vm.prank(alice);
        (bool done, bytes memory why) = address(governor).call(data);
        isFalse(done, "alice could");
        equal(
            keccak256(why),
            keccak256(abi.encodeWithSelector(IGovernor.GovernorOnlyExecutor.selector, alice)),
            "the reason"
        );
    }

    function test_startsWithAppendixC() public view {
        equal(governor.votingDelay(), 1 days, "delay");
        equal(governor.votingPeriod(), 7 days, "period");
        equal(governor.quorumPercent(), 10, "quorum");
        equal(governor.approvalThreshold(), 6600, "threshold");
        equal(governor.proposalBond(), 1000 ether, "stake");
        equal(governor.slashingPenalty(), 5000, "penalty");
        equal(governor.proposalThreshold(), 0, "votes to propose");
        equal(uint256(governor.defeatMode()), uint256(IBondVault.DefeatMode.Burn), "mode");
        (uint256 proposal, uint256 contribution) = governor.rewardCaps();
        equal(proposal, 1000 ether, "reward");
        equal(contribution, 100 ether, "reward of a contributor");
    }

    function test_anUnknownProposalHasNoTerms() public view {
        IZooGovernor.Terms memory unknown;
        equal(keccak256(abi.encode(governor.terms(77))), keccak256(abi.encode(unknown)), "terms");
    }

    function test_hasNameGuardianAndTimelock() public view {
        equal(keccak256(bytes(governor.name())), keccak256("ZooGovernor"), "name");
        equal(governor.proposalGuardian(), guardian, "guardian");
        equal(governor.timelock(), address(timelock), "timelock");
        equal(address(governor.VAULT()), address(vault), "vault");
    }

    function test_refusesNoVault() public {
        vm.expectRevert(IZooGovernor.ZooGovernorZeroAddress.selector);
        new ZooGovernor(keeper, timelock, IBondVault(address(0)), guardian);
    }

    function test_refusesNoTimelock() public {
        vm.expectRevert(IZooGovernor.ZooGovernorZeroAddress.selector);
        new ZooGovernor(keeper, TimelockController(payable(0)), vault, guardian);
    }

    function test_refusesNoToken() public {
        vm.expectRevert(IZooGovernor.ZooGovernorZeroAddress.selector);
        new ZooGovernor(IVotes(address(0)), timelock, vault, guardian);
    }

    function test_onlyAVoteSetsParameters() public {
        refusedFromAlice(abi.encodeCall(governor.setQuorumPercent, (5)));
        refusedFromAlice(abi.encodeCall(governor.setApprovalThreshold, (7000)));
        refusedFromAlice(abi.encodeCall(governor.setProposalBond, (1 ether)));
        refusedFromAlice(abi.encodeCall(governor.setSlashingPenalty, (1)));
        refusedFromAlice(abi.encodeCall(governor.setRewardCaps, (1, 1)));
        refusedFromAlice(abi.encodeCall(governor.setDefeatMode, (IBondVault.DefeatMode.ShareAmongOpponents)));
        refusedFromAlice(abi.encodeCall(governor.setVotingDelay, (2 days)));
        refusedFromAlice(abi.encodeCall(governor.setVotingPeriod, (2 days)));
        refusedFromAlice(abi.encodeCall(governor.setProposalThreshold, (1)));
        refusedFromAlice(abi.encodeCall(governor.setProposalGuardian, (alice)));
        refusedFromAlice(abi.encodeCall(governor.relay, (address(keeper), 0, "")));
    }

    function test_votesSetTheQuorum() public {
        govern(address(governor), abi.encodeCall(governor.setQuorumPercent, (20)));
        equal(governor.quorumPercent(), 20, "quorum");
    }

    function test_quorumLiesBetween1And50() public {
        governRefused(
            abi.encodeCall(governor.setQuorumPercent, (0)),
            abi.encodeWithSelector(IZooGovernor.ZooGovernorInvalidQuorum.selector, 0)
        );
    }

    function test_quorumIsAtMost50() public {
        governRefused(
            abi.encodeCall(governor.setQuorumPercent, (51)),
            abi.encodeWithSelector(IZooGovernor.ZooGovernorInvalidQuorum.selector, 51)
        );
    }

    function test_quorumRemembersThePast() public {
        uint256 before = block.timestamp - 1;
        govern(address(governor), abi.encodeCall(governor.setQuorumPercent, (20)));
        vm.warp(block.timestamp + 1);
        equal(governor.quorum(before), 100_000 ether, "quorum then");
        equal(governor.quorum(block.timestamp - 1), 200_000 ether, "quorum now");
    }

    function test_votesSetTheThreshold() public {
        govern(address(governor), abi.encodeCall(governor.setApprovalThreshold, (7500)));
        equal(governor.approvalThreshold(), 7500, "threshold");
    }

    function test_thresholdIsAMajority() public {
        governRefused(
            abi.encodeCall(governor.setApprovalThreshold, (5000)),
            abi.encodeWithSelector(IZooGovernor.ZooGovernorInvalidThreshold.selector, 5000)
        );
    }

    function test_thresholdIsAtMost90Percent() public {
        governRefused(
            abi.encodeCall(governor.setApprovalThreshold, (9001)),
            abi.encodeWithSelector(IZooGovernor.ZooGovernorInvalidThreshold.selector, 9001)
        );
    }

    function test_votesSetTheStake() public {
        govern(address(governor), abi.encodeCall(governor.setProposalBond, (2000 ether)));
        equal(governor.proposalBond(), 2000 ether, "stake");
    }

    function test_stakeIsAtLeastOneKeeper() public {
        governRefused(
            abi.encodeCall(governor.setProposalBond, (1 ether - 1)),
            abi.encodeWithSelector(IZooGovernor.ZooGovernorInvalidBond.selector, 1 ether - 1)
        );
    }

    function test_stakeIsAtMostAMillion() public {
        governRefused(
            abi.encodeCall(governor.setProposalBond, (1_000_000 ether + 1)),
            abi.encodeWithSelector(IZooGovernor.ZooGovernorInvalidBond.selector, 1_000_000 ether + 1)
        );
    }

    function test_votesSetThePenalty() public {
        govern(address(governor), abi.encodeCall(governor.setSlashingPenalty, (10_000)));
        equal(governor.slashingPenalty(), 10_000, "penalty");
    }

    function test_penaltyIsNotZero() public {
        governRefused(
            abi.encodeCall(governor.setSlashingPenalty, (0)),
            abi.encodeWithSelector(IZooGovernor.ZooGovernorInvalidPenalty.selector, 0)
        );
    }

    function test_penaltyIsAtMostAll() public {
        governRefused(
            abi.encodeCall(governor.setSlashingPenalty, (10_001)),
            abi.encodeWithSelector(IZooGovernor.ZooGovernorInvalidPenalty.selector, 10_001)
        );
    }

    function test_votesSetTheRewards() public {
        govern(address(governor), abi.encodeCall(governor.setRewardCaps, (7 ether, 0)));
        (uint256 proposal, uint256 contribution) = governor.rewardCaps();
        equal(proposal, 7 ether, "reward");
        equal(contribution, 0, "reward of a contributor");
    }

    function test_rewardOfAProposalIsAtMostAMillion() public {
        governRefused(
            abi.encodeCall(governor.setRewardCaps, (1_000_000 ether + 1, 0)),
            abi.encodeWithSelector(IZooGovernor.ZooGovernorInvalidReward.selector, 1_000_000 ether + 1)
        );
    }

    function test_rewardOfAContributorIsAtMostAMillion() public {
        governRefused(
            abi.encodeCall(governor.setRewardCaps, (0, 1_000_000 ether + 1)),
            abi.encodeWithSelector(IZooGovernor.ZooGovernorInvalidReward.selector, 1_000_000 ether + 1)
        );
    }

    function test_votesSetTheDefeatMode() public {
        govern(address(governor), abi.encodeCall(governor.setDefeatMode, (IBondVault.DefeatMode.ShareAmongOpponents)));
        equal(uint256(governor.defeatMode()), uint256(IBondVault.DefeatMode.ShareAmongOpponents), "mode");
    }

    function test_votesSetDelayAndPeriod() public {
        govern(address(governor), abi.encodeCall(governor.setVotingDelay, (2 days)));
        govern(address(governor), abi.encodeCall(governor.setVotingPeriod, (3 days)));
        equal(governor.votingDelay(), 2 days, "delay");
        equal(governor.votingPeriod(), 3 days, "period");
    }

    function test_delayIsAtLeastADay() public {
        governRefused(
            abi.encodeCall(governor.setVotingDelay, (1 days - 1)),
            abi.encodeWithSelector(IZooGovernor.ZooGovernorInvalidVotingDelay.selector, 1 days - 1)
        );
    }

    function test_delayIsAtMostAFortnight() public {
        governRefused(
            abi.encodeCall(governor.setVotingDelay, (14 days + 1)),
            abi.encodeWithSelector(IZooGovernor.ZooGovernorInvalidVotingDelay.selector, 14 days + 1)
        );
    }

    function test_periodIsAtLeastADay() public {
        governRefused(
            abi.encodeCall(governor.setVotingPeriod, (1 days - 1)),
            abi.encodeWithSelector(IZooGovernor.ZooGovernorInvalidVotingPeriod.selector, 1 days - 1)
        );
    }

    function test_periodIsAtMostAMonth() public {
        governRefused(
            abi.encodeCall(governor.setVotingPeriod, (30 days + 1)),
            abi.encodeWithSelector(IZooGovernor.ZooGovernorInvalidVotingPeriod.selector, 30 days + 1)
        );
    }

    function test_votesToProposeAreBounded() public {
        governRefused(
            abi.encodeCall(governor.setProposalThreshold, (1_000_000 ether + 1)),
            abi.encodeWithSelector(IZooGovernor.ZooGovernorInvalidProposalThreshold.selector, 1_000_000 ether + 1)
        );
    }

    function test_votesToProposeAreHeldTo() public {
        govern(address(governor), abi.encodeCall(governor.setProposalThreshold, (20_000 ether)));
        Plan memory plan = smallPlan("by eve");
        vm.prank(eve);
        vm.expectRevert(
            abi.encodeWithSelector(
                IGovernor.GovernorInsufficientProposerVotes.selector, eve, 10_000 ether, 20_000 ether
            )
        );
        governor.propose(plan.targets, plan.values, plan.calldatas, plan.description);
    }

    function test_timelockCannotBeReplaced() public {
        governRefused(
            abi.encodeCall(governor.updateTimelock, (timelock)),
            abi.encodeWithSelector(IZooGovernor.ZooGovernorTimelockFixed.selector)
        );
    }

    function test_votesSetTheTimelocksDelay() public {
        govern(address(timelock), abi.encodeCall(timelock.updateDelay, (5 days)));
        equal(timelock.getMinDelay(), 5 days, "delay");
    }

    function test_votesSetTheGuardian() public {
        govern(address(governor), abi.encodeCall(governor.setProposalGuardian, (bob)));
        equal(governor.proposalGuardian(), bob, "guardian");
    }

    function test_takesNoEther() public {
        vm.deal(address(this), 1 ether);
        (bool sent,) = address(governor).call{value: 1 ether}("");
        isFalse(sent, "the governor took ether");
    }

    function test_deployerHasNoRole() public view {
        isFalse(timelock.hasRole(timelock.DEFAULT_ADMIN_ROLE(), address(this)), "admin");
        isFalse(timelock.hasRole(timelock.PROPOSER_ROLE(), address(this)), "proposer");
        isFalse(timelock.hasRole(timelock.EXECUTOR_ROLE(), address(0)), "anyone executes");
    }
}
