// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBondVault} from "../../src/interfaces/IBondVault.sol";
import {IExperienceRegistry} from "../../src/interfaces/IExperienceRegistry.sol";
import {IKeeperToken} from "../../src/interfaces/IKeeperToken.sol";
import {IPersonhood} from "../../src/interfaces/IPersonhood.sol";
import {IReputation} from "../../src/interfaces/IReputation.sol";
import {ITreasury} from "../../src/interfaces/ITreasury.sol";
import {IZooGovernor} from "../../src/interfaces/IZooGovernor.sol";
import {Reputation} from "../../src/Reputation.sol";
import {BrightIdPersonhood} from "../../src/personhood/BrightIdPersonhood.sol";
import {WorldIdPersonhood} from "../../src/personhood/WorldIdPersonhood.sol";
import {LocalWorldId} from "../mocks/LocalWorldId.sol";
import {ZooFixture} from "../ZooFixture.sol";

/// @notice Each change of state tells what changed: whoever follows the events knows the state.
contract EventsTest is ZooFixture {
    function ready(address target, bytes memory data) private returns (Plan memory plan) {
        plan = planOf(target, data, "changes something");
        succeed(plan);
        ripen(plan);
    }

    // --------------------------------------------------------------------------------------------- the governor

    function test_tellsTheTermsAndTheStakeOfAProposal() public {
        Plan memory plan = smallPlan("a");
        uint256 id = idOf(plan);
        vm.expectEmit(address(governor));
        emit IZooGovernor.TermsFixed(id, IZooGovernor.Terms(10, 6600, 5000, false, 1000 ether, 100 ether));
        vm.expectEmit(address(vault));
        emit IBondVault.BondPosted(id, alice, IBondVault.DefeatMode.Burn, BOND);
        vm.expectEmit(address(keeper));
        emit IKeeperToken.Staked(alice, BOND);
        propose(alice, plan);
    }

    function test_tellsALibraryUpdate() public {
        IExperienceRegistry.Update memory update = updateOf(1);
        uint256 id = idOf(updatePlan(update, none(), none(), "update"));
        vm.expectEmit(address(governor));
        emit IZooGovernor.LibraryUpdateProposed(id, 1, update.recordsRoot);
        vm.prank(alice);
        governor.proposeLibraryUpdate(update, none(), none(), "update");
    }

    function test_tellsWhoCancelledAMaliciousProposal() public {
        Plan memory plan = smallPlan("a");
        uint256 id = propose(alice, plan);
        vm.expectEmit(address(governor));
        emit IZooGovernor.ProposalMarkedMalicious(id, guardian);
        cancel(guardian, plan);
    }

    function test_tellsTheQuorum() public {
        Plan memory plan = ready(address(governor), abi.encodeCall(governor.setQuorumPercent, (20)));
        vm.expectEmit(address(governor));
        emit IZooGovernor.QuorumPercentSet(10, 20);
        execute(plan);
    }

    function test_tellsTheThreshold() public {
        Plan memory plan = ready(address(governor), abi.encodeCall(governor.setApprovalThreshold, (7500)));
        vm.expectEmit(address(governor));
        emit IZooGovernor.ApprovalThresholdSet(6600, 7500);
        execute(plan);
    }

    function test_tellsTheBond() public {
        Plan memory plan = ready(address(governor), abi.encodeCall(governor.setProposalBond, (5 ether)));
        vm.expectEmit(address(governor));
        emit IZooGovernor.ProposalBondSet(1000 ether, 5 ether);
        execute(plan);
    }

    function test_tellsThePenaltyOfProposals() public {
        Plan memory plan = ready(address(governor), abi.encodeCall(governor.setSlashingPenalty, (10_000)));
        vm.expectEmit(address(governor));
        emit IZooGovernor.SlashingPenaltySet(5000, 10_000);
        execute(plan);
    }

    function test_tellsTheRewards() public {
        Plan memory plan = ready(address(governor), abi.encodeCall(governor.setRewardCaps, (7 ether, 1 ether)));
        vm.expectEmit(address(governor));
        emit IZooGovernor.RewardCapsSet(7 ether, 1 ether);
        execute(plan);
    }

    function test_tellsWhatBecomesOfADefeatedStake() public {
        bytes memory change = abi.encodeCall(governor.setDefeatMode, (IBondVault.DefeatMode.ShareAmongOpponents));
        Plan memory plan = ready(address(governor), change);
        vm.expectEmit(address(governor));
        emit IZooGovernor.DefeatModeSet(IBondVault.DefeatMode.Burn, IBondVault.DefeatMode.ShareAmongOpponents);
        execute(plan);
    }

    // ------------------------------------------------------------------------------------------------- the vault

    function test_tellsARewardAndWhatOfItWasPaid() public {
        fundRewards(200 ether);
        uint256 id = pass(smallPlan("a"));
        vm.expectEmit(address(vault));
        emit IBondVault.BondSettled(id, IBondVault.BondStatus.Refunded, BOND, 0);
        vm.expectEmit(address(vault));
        emit IBondVault.RewardEarned(alice, id, 500 ether, 200 ether);
        vault.settle(id);
    }

    function test_tellsABurnedStake() public {
        uint256 id = fail(smallPlan("a"));
        vm.expectEmit(address(vault));
        emit IBondVault.BondSettled(id, IBondVault.BondStatus.Burned, 0, BOND);
        vm.expectEmit(address(keeper));
        emit IKeeperToken.Unstaked(alice, address(0), BOND);
        vault.settle(id);
    }

    function test_tellsAShare() public {
        govern(address(governor), abi.encodeCall(governor.setDefeatMode, (IBondVault.DefeatMode.ShareAmongOpponents)));
        uint256 id = fail(smallPlan("a"));
        vm.expectEmit(address(vault));
        emit IBondVault.BondSettled(id, IBondVault.BondStatus.Shared, 0, 0);
        vault.settle(id);
        vm.expectEmit(address(vault));
        emit IBondVault.DefeatShareClaimed(id, carol, BOND / 3);
        vault.claimDefeatShare(id, carol);
    }

    // ----------------------------------------------------------------------------------------------- submissions

    function test_tellsTheStakeOfASubmission() public {
        vm.expectEmit(address(vault));
        emit IBondVault.SubmissionStaked(1, eve, STAKE);
        submit(eve);
    }

    function test_tellsAnAcceptance() public {
        Plan memory plan =
            ready(address(registry), abi.encodeCall(registry.publish, (updateOf(1), only(submit(eve)), none())));
        vm.expectEmit(address(registry));
        emit IExperienceRegistry.SubmissionAccepted(1, 1);
        vm.expectEmit(address(reputation));
        emit IReputation.ContributionAccepted(eve, 1);
        execute(plan);
    }

    function test_tellsARejection() public {
        Plan memory plan =
            ready(address(registry), abi.encodeCall(registry.publish, (updateOf(1), none(), only(submit(eve)))));
        vm.expectEmit(address(registry));
        emit IExperienceRegistry.SubmissionRejected(1, 1);
        vm.expectEmit(address(reputation));
        emit IReputation.ContributionRejected(eve, 1);
        vm.expectEmit(address(vault));
        emit IBondVault.SubmissionReleased(1, eve, 0, STAKE);
        execute(plan);
    }

    function test_tellsASlashing() public {
        Plan memory plan = ready(address(registry), abi.encodeCall(registry.slash, (submit(eve))));
        vm.expectEmit(address(registry));
        emit IExperienceRegistry.SubmissionSlashed(1);
        vm.expectEmit(address(reputation));
        emit IReputation.ContributionSlashed(eve, 1);
        execute(plan);
    }

    function test_tellsAWithdrawal() public {
        submit(eve);
        vm.warp(block.timestamp + 30 days);
        vm.expectEmit(address(registry));
        emit IExperienceRegistry.SubmissionWithdrawn(1);
        vm.prank(eve);
        registry.withdraw(1);
    }

    // ---------------------------------------------------------------------------------------------- the registry

    function test_tellsTheWholeVersion() public {
        IExperienceRegistry.Update memory update = updateOf(1);
        Plan memory plan = updatePlan(update, none(), none(), "whole");
        uint256 id = succeed(plan);
        ripen(plan);
        vm.expectEmit(address(registry));
        emit IExperienceRegistry.VersionPublished(
            1,
            update.recordsRoot,
            id,
            IExperienceRegistry.Version({
                seq: 1,
                size: 3,
                timestamp: uint48(block.timestamp),
                previousBlock: 0,
                commitHash: update.commitHash,
                recordsRoot: update.recordsRoot,
                mapRoot: update.mapRoot,
                logRoot: update.logRoot,
                cidDigest: update.cidDigest,
                arweaveId: update.arweaveId,
                previous: 0,
                proposalId: id
            })
        );
        execute(plan);
    }

    function test_tellsTheParametersOfTheRegistry() public {
        vm.startPrank(address(timelock));
        vm.expectEmit(address(registry));
        emit IExperienceRegistry.ExperienceStakeSet(100 ether, 5 ether);
        registry.setExperienceStake(5 ether);
        vm.expectEmit(address(registry));
        emit IExperienceRegistry.SlashingPenaltySet(5000, 1);
        registry.setSlashingPenalty(1);
        vm.expectEmit(address(registry));
        emit IExperienceRegistry.LimitsSet(7, 8);
        registry.setLimits(7, 8);
        vm.expectEmit(address(registry));
        emit IExperienceRegistry.PersonhoodSet(address(0), bob);
        registry.setPersonhood(IPersonhood(bob));
    }

    // ---------------------------------------------------------------------------------------------- the treasury

    function test_tellsWhatTheTreasuryDoes() public {
        vm.startPrank(address(timelock));
        vm.expectEmit(address(treasury));
        emit ITreasury.Allocated(1, eve, address(keeper), 5 ether, "work");
        treasury.allocate(eve, address(keeper), 5 ether, "work");
        treasury.allocate(eve, address(keeper), 6 ether, "no work");
        vm.expectEmit(address(treasury));
        emit ITreasury.Revoked(2);
        treasury.revoke(2);
        vm.expectEmit(address(treasury));
        emit ITreasury.RewardsFunded(7 ether);
        vm.expectEmit(address(vault));
        emit IBondVault.RewardsFunded(address(treasury), 7 ether);
        treasury.fundRewards(7 ether);
        vm.stopPrank();
        vm.expectEmit(address(treasury));
        emit ITreasury.Claimed(1, eve, address(keeper), 5 ether);
        vm.prank(eve);
        treasury.claim(1);
        vm.deal(alice, 1 ether);
        vm.expectEmit(address(treasury));
        emit ITreasury.Received(alice, 1 ether);
        vm.prank(alice);
        (bool sent,) = address(treasury).call{value: 1 ether}("");
        isTrue(sent, "sent");
    }

    // ------------------------------------------------------------------------------------ reputation, personhood

    function test_tellsTheRegistryOfAReputation() public {
        Reputation fresh = new Reputation();
        vm.expectEmit(address(fresh));
        emit IReputation.RegistryBound(bob);
        fresh.bind(bob);
    }

    function test_tellsPersons() public {
        LocalWorldId verifier = new LocalWorldId();
        WorldIdPersonhood world = new WorldIdPersonhood(verifier, 1, "app", "act");
        uint256 signal = uint256(keccak256(abi.encodePacked(alice))) >> 8;
        uint256[8] memory proof = verifier.prove(1, 1, signal, 77, world.EXTERNAL_NULLIFIER());
        vm.expectEmit(address(world));
        emit IPersonhood.PersonVerified(alice, 77);
        world.verify(alice, 1, 77, proof);
        BrightIdPersonhood bright = new BrightIdPersonhood(vm.addr(0xb41d), "zoo");
        address[] memory accounts = new address[](2);
        (accounts[0], accounts[1]) = (alice, bob);
        bytes32 message = keccak256(abi.encodePacked(bytes32("zoo"), accounts, block.timestamp));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(0xb41d, message);
        vm.expectEmit(address(bright));
        emit IPersonhood.PersonMoved(bob, alice);
        bright.verify(accounts, block.timestamp, v, r, s);
    }
}
