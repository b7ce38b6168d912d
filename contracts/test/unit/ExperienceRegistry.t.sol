// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {ExperienceRegistry} from "../../src/ExperienceRegistry.sol";
import {IBondVault} from "../../src/interfaces/IBondVault.sol";
import {IExperienceRegistry} from "../../src/interfaces/IExperienceRegistry.sol";
import {IReputation} from "../../src/interfaces/IReputation.sol";
import {IPersonhood} from "../../src/interfaces/IPersonhood.sol";
import {IZooGovernor} from "../../src/interfaces/IZooGovernor.sol";
import {Vm} from "../Test.sol";
import {ZooFixture} from "../ZooFixture.sol";

contract SomePersons is IPersonhood {
    mapping(address => bool) public isPerson;

    function set(address account) external {
        isPerson[account] = true;
    }
}

/// @notice Versions in force, and submissions.
contract ExperienceRegistryTest is ZooFixture {
    function refusedWhenExecuted(IExperienceRegistry.Update memory update, bytes memory why) private {
        Plan memory plan = updatePlan(update, none(), none(), "refused");
        succeed(plan);
        ripen(plan);
        vm.expectRevert(why);
        execute(plan);
    }

    function empty(string memory field) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IExperienceRegistry.RegistryEmptyField.selector, field);
    }

    function test_refusesZeroAddresses() public {
        bytes4 why = IExperienceRegistry.RegistryZeroAddress.selector;
        vm.expectRevert(why);
        new ExperienceRegistry(address(0), governor, vault, reputation, keeper);
        vm.expectRevert(why);
        new ExperienceRegistry(address(timelock), IZooGovernor(address(0)), vault, reputation, keeper);
        vm.expectRevert(why);
        new ExperienceRegistry(address(timelock), governor, IBondVault(address(0)), reputation, keeper);
        vm.expectRevert(why);
        new ExperienceRegistry(address(timelock), governor, vault, IReputation(address(0)), keeper);
        vm.expectRevert(why);
        new ExperienceRegistry(address(timelock), governor, vault, reputation, IERC20Permit(address(0)));
    }

    function test_startsWithAppendixC() public view {
        equal(registry.experienceStake(), 100 ether, "stake");
        equal(registry.slashingPenalty(), 5000, "penalty");
        equal(registry.maxLibrarySize(), 1000, "library");
        equal(registry.maxExperienceWords(), 32, "words");
        equal(registry.versionCount(), 0, "versions");
        equal(registry.submissionCount(), 0, "submissions");
    }

    function test_hasNoVersionAtFirst() public {
        vm.expectRevert(abi.encodeWithSelector(IExperienceRegistry.RegistryUnknownVersion.selector, 0));
        registry.latest();
    }

    function versionOf(uint64 seq, uint256 proposalId, uint48 previousBlock)
        private
        view
        returns (IExperienceRegistry.Version memory)
    {
        IExperienceRegistry.Update memory update = updateOf(seq);
        return IExperienceRegistry.Version({
            seq: seq,
            size: update.size,
            timestamp: uint48(block.timestamp),
            previousBlock: previousBlock,
            commitHash: update.commitHash,
            recordsRoot: update.recordsRoot,
            mapRoot: update.mapRoot,
            logRoot: update.logRoot,
            cidDigest: update.cidDigest,
            arweaveId: update.arweaveId,
            previous: update.previous,
            proposalId: proposalId
        });
    }

    function test_publishesByAProposal() public {
        vm.roll(77);
        uint256 id = publishNext();
        IExperienceRegistry.Head memory head = registry.latest();
        equal(head.seq, 1, "seq");
        equal(head.size, 3, "size");
        equal(head.timestamp, block.timestamp, "timestamp");
        equal(head.blockNumber, 77, "block");
        equal(head.recordsRoot, keccak256(abi.encode("records", uint64(1))), "root");
        equal(head.commitHash, commitOf(1), "commit");
        equal(head.digest, keccak256(abi.encode(versionOf(1, id, 0))), "digest");
        equal(head.digest, registry.digestAt(1), "digest by number");
        isTrue(registry.isVersion(versionOf(1, id, 0)), "the version itself");
    }

    function test_publishesOneAfterTheOther() public {
        vm.roll(77);
        uint256 one = publishNext();
        IExperienceRegistry.Version memory first = versionOf(1, one, 0);
        vm.roll(99);
        uint256 two = publishNext();
        equal(registry.versionCount(), 2, "count");
        equal(registry.latest().seq, 2, "in force");
        isTrue(registry.isVersion(first), "the first still");
        isTrue(registry.isVersion(versionOf(2, two, 77)), "the second names the first, and its block");
        equal(versionOf(2, two, 77).previous, commitOf(1), "chain");
    }

    /// @dev Each of the words that a version consists of is bound by its digest.
    function test_isNoVersionWithAnotherWord() public {
        uint256 id = publishNext();
        bytes memory encoded = abi.encode(versionOf(1, id, 0));
        for (uint256 word = 0; word < 12; ++word) {
            encoded[word * 32 + 31] ^= 0x01;
            IExperienceRegistry.Version memory other = abi.decode(encoded, (IExperienceRegistry.Version));
            isFalse(registry.isVersion(other), "another word");
            vm.expectRevert(abi.encodeWithSelector(IExperienceRegistry.RegistryUnknownVersion.selector, other.seq));
            registry.verifyInclusionIn(other, 0, "", "");
            encoded[word * 32 + 31] ^= 0x01;
        }
        IExperienceRegistry.Version memory none_;
        isFalse(registry.isVersion(none_), "nothing");
    }

    function test_historyRebuildsFromEvents() public {
        vm.recordLogs();
        publishNext();
        publishNext();
        Vm.Log[] memory logs = vm.getRecordedLogs();
        uint64 found;
        for (uint256 index = 0; index < logs.length; ++index) {
            if (logs[index].topics[0] != IExperienceRegistry.VersionPublished.selector) continue;
            IExperienceRegistry.Version memory version = abi.decode(logs[index].data, (IExperienceRegistry.Version));
            equal(keccak256(abi.encode(version)), registry.digestAt(++found), "version");
            isTrue(registry.isVersion(version), "is a version");
            equal(version.seq, found, "number");
            equal(version.previous, found == 1 ? bytes32(0) : commitOf(found - 1), "previous");
        }
        equal(found, 2, "events");
    }

    function test_onlyGovernancePublishes() public {
        IExperienceRegistry.Update memory update = updateOf(1);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IExperienceRegistry.RegistryOnlyGovernance.selector, alice));
        registry.publish(update, none(), none());
    }

    function test_publishesOnlyFromAProposal() public {
        IExperienceRegistry.Update memory update = updateOf(1);
        vm.prank(address(timelock));
        vm.expectRevert(IExperienceRegistry.RegistryNoProposal.selector);
        registry.publish(update, none(), none());
    }

    function test_refusesAnotherSequence() public {
        IExperienceRegistry.Update memory update = updateOf(1);
        update.seq = 2;
        refusedWhenExecuted(
            update, abi.encodeWithSelector(IExperienceRegistry.RegistryUnexpectedSequence.selector, 1, 2)
        );
    }

    function test_refusesAnotherPrevious() public {
        IExperienceRegistry.Update memory update = updateOf(1);
        update.previous = bytes32(uint256(5));
        refusedWhenExecuted(
            update,
            abi.encodeWithSelector(
                IExperienceRegistry.RegistryUnexpectedPrevious.selector, bytes32(0), bytes32(uint256(5))
            )
        );
    }

    function test_refusesTheSecondOfTwoRivals() public {
        Plan memory one = updatePlan(updateOf(1), none(), none(), "one");
        IExperienceRegistry.Update memory rival = updateOf(1);
        rival.recordsRoot = keccak256("rival");
        Plan memory two = updatePlan(rival, none(), none(), "two");
        uint256 first = propose(alice, one);
        uint256 second = propose(alice, two);
        open(second);
        vote(alice, first, FOR);
        vote(alice, second, FOR);
        close(second);
        queue(one);
        queue(two);
        vm.warp(block.timestamp + TIMELOCK_DELAY);
        execute(one);
        vm.expectRevert(abi.encodeWithSelector(IExperienceRegistry.RegistryUnexpectedSequence.selector, 2, 1));
        execute(two);
    }

    function test_refusesNoCommit() public {
        IExperienceRegistry.Update memory update = updateOf(1);
        update.commitHash = 0;
        refusedWhenExecuted(update, empty("commitHash"));
    }

    function test_refusesNoRecordsRoot() public {
        IExperienceRegistry.Update memory update = updateOf(1);
        update.recordsRoot = 0;
        refusedWhenExecuted(update, empty("recordsRoot"));
    }

    function test_refusesNoMapRoot() public {
        IExperienceRegistry.Update memory update = updateOf(1);
        update.mapRoot = 0;
        refusedWhenExecuted(update, empty("mapRoot"));
    }

    function test_refusesNoLogRoot() public {
        IExperienceRegistry.Update memory update = updateOf(1);
        update.logRoot = 0;
        refusedWhenExecuted(update, empty("logRoot"));
    }

    function test_refusesNoCid() public {
        IExperienceRegistry.Update memory update = updateOf(1);
        update.cidDigest = 0;
        refusedWhenExecuted(update, empty("cidDigest"));
    }

    function test_takesAnEmptyLibrary() public {
        IExperienceRegistry.Update memory update = updateOf(1);
        update.size = 0;
        update.mapRoot = 0;
        update.recordsRoot = sha256("");
        pass(updatePlan(update, none(), none(), "empty"));
        equal(registry.latest().size, 0, "size");
        isFalse(registry.verifyInclusion(1, 0, "", ""), "nothing is in an empty library");
    }

    function test_refusesALargerLibrary() public {
        IExperienceRegistry.Update memory update = updateOf(1);
        update.size = 1001;
        refusedWhenExecuted(
            update, abi.encodeWithSelector(IExperienceRegistry.RegistryLibraryTooLarge.selector, 1001, 1000)
        );
    }

    function test_refusesAnUnknownVersion() public {
        publishNext();
        bytes memory why = abi.encodeWithSelector(IExperienceRegistry.RegistryUnknownVersion.selector, 2);
        vm.expectRevert(why);
        registry.digestAt(2);
        vm.expectRevert(why);
        registry.verifyInclusion(2, 0, "", "");
        why = abi.encodeWithSelector(IExperienceRegistry.RegistryUnknownVersion.selector, 0);
        vm.expectRevert(why);
        registry.digestAt(0);
        vm.expectRevert(why);
        registry.verifyMerkleProof(0, "", "");
    }

    // -------------------------------------------------------------------------------------------- submissions

    function test_submitsWithAStake() public {
        vm.expectEmit(address(registry));
        emit IExperienceRegistry.ExperienceSubmitted(1, eve, bytes32(uint256(7)), bytes32(uint256(8)), STAKE);
        vm.prank(eve);
        registry.submit(bytes32(uint256(7)), bytes32(uint256(8)));
        IExperienceRegistry.Submission memory submission = registry.submission(1);
        equal(submission.contributor, eve, "contributor");
        equal(submission.submittedAt, block.timestamp, "time");
        equal(submission.recordHash, bytes32(uint256(7)), "record");
        equal(submission.cidDigest, bytes32(uint256(8)), "cid");
        equal(submission.slashBps, 5000, "penalty");
        equal(keeper.totalStaked(), STAKE, "staked");
        equal(registry.submissionCount(), 1, "count");
    }

    function test_submitsWithAPermit() public {
        vm.startPrank(eve);
        keeper.approve(address(vault), 0);
        registry.submitWithPermit(keccak256("r"), keccak256("c"), permitOf(0xe7e, STAKE));
        equal(keeper.totalStaked(), STAKE, "staked");
    }

    function test_submitsThoughThePermitWasHandedInBefore() public {
        IBondVault.StakePermit memory permit = permitOf(0xe7e, STAKE);
        vm.prank(eve);
        keeper.approve(address(vault), 0);
        keeper.permit(eve, address(vault), STAKE, permit.deadline, permit.v, permit.r, permit.s);
        vm.prank(eve);
        registry.submitWithPermit(keccak256("r"), keccak256("c"), permit);
        equal(keeper.totalStaked(), STAKE, "staked");
    }

    function test_submitsSomething() public {
        vm.startPrank(eve);
        vm.expectRevert(empty("recordHash"));
        registry.submit(0, bytes32(uint256(1)));
        vm.expectRevert(empty("cidDigest"));
        registry.submit(bytes32(uint256(1)), 0);
    }

    function test_knowsItsSubmissions() public {
        vm.expectRevert(abi.encodeWithSelector(IExperienceRegistry.RegistryUnknownSubmission.selector, 1));
        registry.submission(1);
    }

    function test_acceptedRefundsRewardsAndCounts() public {
        fundRewards(1000 ether);
        uint256 submission = submit(eve);
        Plan memory plan = updatePlan(updateOf(1), only(submission), none(), "accept");
        succeed(plan);
        ripen(plan);
        vm.expectEmit(address(registry));
        emit IExperienceRegistry.SubmissionAccepted(submission, 1);
        execute(plan);
        // 500,000 of 1,000,000 voted for: half of 100.
        equal(vault.owed(eve), STAKE + 50 ether, "owed");
        equal(reputation.recordOf(eve).accepted, 1, "accepted");
        equal(
            uint256(registry.submission(submission).state),
            uint256(IExperienceRegistry.SubmissionState.Accepted),
            "state"
        );
        vaultIsWhole();
    }

    function test_acceptedWithoutAPoolLeavesTheRewardDue() public {
        uint256 submission = submit(eve);
        publishWith(only(submission), none());
        equal(vault.owed(eve), STAKE, "owed");
        equal(vault.due(eve), 50 ether, "due");
    }

    function test_rejectedBurnsAndCounts() public {
        uint256 submission = submit(eve);
        publishWith(none(), only(submission));
        equal(vault.owed(eve), 0, "owed");
        equal(keeper.totalSupply(), SUPPLY - STAKE, "supply");
        equal(reputation.recordOf(eve).rejected, 1, "rejected");
        vaultIsWhole();
    }

    function test_slashedLosesHalfAndCounts() public {
        uint256 submission = submit(eve);
        govern(address(registry), abi.encodeCall(registry.slash, (submission)));
        equal(vault.owed(eve), STAKE / 2, "owed");
        equal(reputation.recordOf(eve).slashed, 1, "slashed");
    }

    function test_slashesByThePenaltyOfItsTime() public {
        uint256 submission = submit(eve);
        govern(address(registry), abi.encodeCall(registry.setSlashingPenalty, (10_000)));
        govern(address(registry), abi.encodeCall(registry.slash, (submission)));
        equal(vault.owed(eve), STAKE / 2, "owed");
    }

    function test_slashesNewSubmissionsByTheNewPenalty() public {
        govern(address(registry), abi.encodeCall(registry.setSlashingPenalty, (10_000)));
        uint256 submission = submit(eve);
        govern(address(registry), abi.encodeCall(registry.slash, (submission)));
        equal(vault.owed(eve), 0, "owed");
        equal(keeper.totalSupply(), SUPPLY - STAKE, "supply");
    }

    function test_stakesOfItsTimeAreGivenBack() public {
        uint256 submission = submit(eve);
        govern(address(registry), abi.encodeCall(registry.setExperienceStake, (5 ether)));
        publishWith(only(submission), none());
        equal(vault.owed(eve), STAKE, "owed");
    }

    function test_onlyGovernanceSlashes() public {
        uint256 submission = submit(eve);
        vm.prank(guardian);
        vm.expectRevert(abi.encodeWithSelector(IExperienceRegistry.RegistryOnlyGovernance.selector, guardian));
        registry.slash(submission);
    }

    function test_withdrawsAfter30Days() public {
        uint256 submission = submit(eve);
        uint48 from = uint48(block.timestamp + 30 days);
        vm.warp(from - 1);
        vm.prank(eve);
        vm.expectRevert(abi.encodeWithSelector(IExperienceRegistry.RegistryTooEarly.selector, submission, from));
        registry.withdraw(submission);
        vm.warp(from);
        vm.prank(eve);
        registry.withdraw(submission);
        equal(vault.owed(eve), STAKE, "owed");
    }

    function test_othersDoNotWithdraw() public {
        uint256 submission = submit(eve);
        vm.warp(block.timestamp + 30 days);
        vm.prank(bob);
        vm.expectRevert(abi.encodeWithSelector(IExperienceRegistry.RegistryNotContributor.selector, submission, bob));
        registry.withdraw(submission);
    }

    function test_decidesOnlyWhatIsPending() public {
        uint256 submission = submit(eve);
        publishWith(only(submission), none());
        vm.warp(block.timestamp + 30 days);
        vm.prank(eve);
        vm.expectRevert(
            abi.encodeWithSelector(
                IExperienceRegistry.RegistrySubmissionNotPending.selector,
                submission,
                IExperienceRegistry.SubmissionState.Accepted
            )
        );
        registry.withdraw(submission);
    }

    function test_passesOverWhatWasDecidedMeanwhile() public {
        uint256 submission = submit(eve);
        uint256[] memory twice = new uint256[](2);
        twice[0] = submission;
        twice[1] = submission;
        Plan memory plan = updatePlan(updateOf(1), twice, only(submission), "twice");
        succeed(plan);
        ripen(plan);
        vm.expectEmit(address(registry));
        emit IExperienceRegistry.SubmissionSkipped(submission, 1, IExperienceRegistry.SubmissionState.Accepted);
        execute(plan);
        equal(reputation.recordOf(eve).accepted, 1, "accepted once");
        equal(reputation.recordOf(eve).rejected, 0, "not rejected");
    }

    function test_refusesUnknownSubmissions() public {
        Plan memory plan = updatePlan(updateOf(1), only(9), none(), "unknown");
        succeed(plan);
        ripen(plan);
        vm.expectRevert(abi.encodeWithSelector(IExperienceRegistry.RegistryUnknownSubmission.selector, 9));
        execute(plan);
    }

    function test_decidesAtMost64AtOnce() public {
        Plan memory plan = updatePlan(updateOf(1), new uint256[](65), none(), "too many");
        succeed(plan);
        ripen(plan);
        bytes memory why = abi.encodeWithSelector(IExperienceRegistry.RegistryTooManySubmissions.selector, 65, 64);
        vm.expectRevert(why);
        execute(plan);
        plan = updatePlan(updateOf(1), none(), new uint256[](65), "too many rejected");
        succeed(plan);
        ripen(plan);
        vm.expectRevert(why);
        execute(plan);
    }

    function test_decidesFullBatchesWithinABlock() public {
        uint256[] memory accepted = new uint256[](64);
        uint256[] memory rejected = new uint256[](64);
        for (uint256 index = 0; index < 64; ++index) {
            accepted[index] = submit(bob);
            rejected[index] = submit(carol);
        }
        Plan memory plan = updatePlan(updateOf(1), accepted, rejected, "full");
        succeed(plan);
        ripen(plan);
        uint256 gas = gasleft();
        execute(plan);
        atMost(gas - gasleft(), 15_000_000, "gas of a full batch");
        equal(reputation.recordOf(bob).accepted, 64, "accepted");
        equal(reputation.recordOf(carol).rejected, 64, "rejected");
    }

    function test_asksMoreOfWhoWasRejected() public {
        publishWith(none(), only(submit(eve)));
        equal(registry.requiredStake(eve), 2 * STAKE, "stake");
        submit(eve);
        equal(keeper.totalStaked(), 2 * STAKE + BOND, "staked, with the bond of alice");
    }

    function test_asksForAPersonWhereGovernanceDoes() public {
        SomePersons persons = new SomePersons();
        govern(address(registry), abi.encodeCall(registry.setPersonhood, (persons)));
        vm.prank(eve);
        vm.expectRevert(abi.encodeWithSelector(IExperienceRegistry.RegistryPersonhoodRequired.selector, eve));
        registry.submit(keccak256("r"), keccak256("c"));
        persons.set(eve);
        submit(eve);
        equal(registry.submissionCount(), 1, "count");
    }

    // --------------------------------------------------------------------------------------------- parameters

    function test_votesSetTheParameters() public {
        govern(address(registry), abi.encodeCall(registry.setExperienceStake, (5 ether)));
        govern(address(registry), abi.encodeCall(registry.setSlashingPenalty, (7500)));
        govern(address(registry), abi.encodeCall(registry.setLimits, (2000, 64)));
        equal(registry.experienceStake(), 5 ether, "stake");
        equal(registry.slashingPenalty(), 7500, "penalty");
        equal(registry.maxLibrarySize(), 2000, "library");
        equal(registry.maxExperienceWords(), 64, "words");
    }

    function test_onlyVotesSetTheParameters() public {
        bytes memory why = abi.encodeWithSelector(IExperienceRegistry.RegistryOnlyGovernance.selector, alice);
        vm.startPrank(alice);
        vm.expectRevert(why);
        registry.setExperienceStake(5 ether);
        vm.expectRevert(why);
        registry.setSlashingPenalty(1);
        vm.expectRevert(why);
        registry.setLimits(1, 1);
        vm.expectRevert(why);
        registry.setPersonhood(IPersonhood(address(0)));
    }

    function test_boundsTheStake() public {
        vm.startPrank(address(timelock));
        vm.expectRevert(abi.encodeWithSelector(IExperienceRegistry.RegistryInvalidStake.selector, 1 ether - 1));
        registry.setExperienceStake(1 ether - 1);
        vm.expectRevert(abi.encodeWithSelector(IExperienceRegistry.RegistryInvalidStake.selector, 100_000 ether + 1));
        registry.setExperienceStake(100_000 ether + 1);
    }

    function test_boundsThePenalty() public {
        vm.startPrank(address(timelock));
        vm.expectRevert(abi.encodeWithSelector(IExperienceRegistry.RegistryInvalidPenalty.selector, 0));
        registry.setSlashingPenalty(0);
        vm.expectRevert(abi.encodeWithSelector(IExperienceRegistry.RegistryInvalidPenalty.selector, 10_001));
        registry.setSlashingPenalty(10_001);
    }

    function test_boundsTheLimits() public {
        vm.startPrank(address(timelock));
        vm.expectRevert(abi.encodeWithSelector(IExperienceRegistry.RegistryInvalidLimits.selector, 0, 1));
        registry.setLimits(0, 1);
        vm.expectRevert(abi.encodeWithSelector(IExperienceRegistry.RegistryInvalidLimits.selector, 1e9 + 1, 1));
        registry.setLimits(1e9 + 1, 1);
        vm.expectRevert(abi.encodeWithSelector(IExperienceRegistry.RegistryInvalidLimits.selector, 1, 0));
        registry.setLimits(1, 0);
        vm.expectRevert(abi.encodeWithSelector(IExperienceRegistry.RegistryInvalidLimits.selector, 1, 10_001));
        registry.setLimits(1, 10_001);
    }
}
