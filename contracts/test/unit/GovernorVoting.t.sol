// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {IZooGovernor} from "../../src/interfaces/IZooGovernor.sol";
import {ZooFixture} from "../ZooFixture.sol";

/// @notice Who may vote, how votes count, when a proposal passes.
contract GovernorVotingTest is ZooFixture {
    uint256 private id;

    function setUp() public override {
        super.setUp();
        id = propose(eve, smallPlan("vote on me"));
        open(id);
    }

    function test_countsEachChoice() public {
        vote(alice, id, FOR);
        vote(bob, id, AGAINST);
        vote(carol, id, ABSTAIN);
        (uint256 against, uint256 forVotes, uint256 abstain) = governor.proposalVotes(id);
        equal(against, 200_000 ether, "against");
        equal(forVotes, 300_000 ether, "for");
        equal(abstain, 100_000 ether, "abstain");
    }

    function test_remembersEachChoice() public {
        vote(alice, id, FOR);
        vote(bob, id, AGAINST);
        vote(carol, id, ABSTAIN);
        equal(governor.choiceOf(id, bob), 1, "against");
        equal(governor.choiceOf(id, alice), 2, "for");
        equal(governor.choiceOf(id, carol), 3, "abstain");
        equal(governor.choiceOf(id, dave), 0, "none");
        isTrue(governor.hasVoted(id, alice), "alice has");
        isFalse(governor.hasVoted(id, dave), "dave has not");
    }

    function test_votesOnce() public {
        vote(alice, id, FOR);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IZooGovernor.ZooGovernorAlreadyVoted.selector, id, alice));
        governor.castVote(id, AGAINST);
    }

    function test_knowsThreeChoices() public {
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IZooGovernor.ZooGovernorInvalidChoice.selector, 3));
        governor.castVote(id, 3);
    }

    function test_tellsItsCountingMode() public view {
        equal(keccak256(bytes(governor.COUNTING_MODE())), keccak256("support=bravo&quorum=against,for,abstain"), "mode");
    }

    function test_votesNotBeforeItOpens() public {
        uint256 pending = propose(alice, smallPlan("pending"));
        vm.prank(alice);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        governor.castVote(pending, FOR);
    }

    function test_votesNotAfterItCloses() public {
        close(id);
        vm.prank(alice);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        governor.castVote(id, FOR);
    }

    function test_defeatedWithoutAQuorum() public {
        vote(dave, id, FOR); // 5 %
        close(id);
        isIn(id, IGovernor.ProposalState.Defeated);
    }

    function test_abstentionsReachTheQuorum() public {
        vote(dave, id, FOR);
        vote(bob, id, ABSTAIN);
        close(id);
        isIn(id, IGovernor.ProposalState.Succeeded);
    }

    function test_votesAgainstReachTheQuorumToo() public {
        vote(bob, id, AGAINST);
        vote(alice, id, FOR);
        vote(carol, id, FOR);
        close(id); // 400 of 600: 66.67 %
        isIn(id, IGovernor.ProposalState.Succeeded);
    }

    function test_exactly66PercentPasses() public {
        setVotes(66_000 ether, 34_000 ether);
        isIn(id, IGovernor.ProposalState.Succeeded);
    }

    function test_oneVoteLessThan66PercentFails() public {
        setVotes(66_000 ether - 1, 34_000 ether);
        isIn(id, IGovernor.ProposalState.Defeated);
    }

    function test_exactlyTenPercentIsAQuorum() public {
        setVotes(100_000 ether, 0);
        isIn(id, IGovernor.ProposalState.Succeeded);
    }

    function test_oneVoteLessThanTenPercentIsNone() public {
        setVotes(100_000 ether - 1, 0);
        isIn(id, IGovernor.ProposalState.Defeated);
    }

    function test_abstentionsAloneDoNotPass() public {
        vote(alice, id, ABSTAIN);
        close(id);
        isIn(id, IGovernor.ProposalState.Defeated);
    }

    function test_tellsTheQuorumOfAProposal() public view {
        equal(governor.proposalQuorum(id), 100_000 ether, "quorum");
        equal(governor.quorum(governor.proposalSnapshot(id)), 100_000 ether, "quorum at the snapshot");
    }

    function test_termsOfAnUnknownProposalAreZero() public view {
        equal(governor.terms(123).thresholdBps, 0, "threshold");
    }

    function test_votesWithAReason() public {
        vm.expectEmit(address(governor));
        emit IGovernor.VoteCast(alice, id, FOR, 300_000 ether, "it is good");
        vm.prank(alice);
        governor.castVoteWithReason(id, FOR, "it is good");
    }

    function test_votesByASignature() public {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(0xa11ce, ballot(id, FOR, alice, governor.nonces(alice)));
        governor.castVoteBySig(id, FOR, alice, abi.encodePacked(r, s, v));
        equal(governor.choiceOf(id, alice), 2, "for");
    }

    function test_refusesASignatureOfAnother() public {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(0xb0b, ballot(id, FOR, alice, 0));
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorInvalidSignature.selector, alice));
        governor.castVoteBySig(id, FOR, alice, abi.encodePacked(r, s, v));
    }

    function test_stakedTokensVote() public view {
        // Eve staked 1,000 of her 10,000.
        equal(keeper.balanceOf(eve), 9000 ether, "held");
        equal(governor.getVotes(eve, block.timestamp - 1), 10_000 ether, "votes");
    }

    function test_stakedTokensVoteWithTheDelegateChosenInTheToken() public {
        vm.prank(carol);
        keeper.delegate(dave);
        propose(carol, smallPlan("by carol"));
        vm.warp(block.timestamp + 1);
        equal(keeper.delegates(carol), dave, "delegate");
        equal(governor.getVotes(dave, block.timestamp - 1), 150_000 ether, "votes");
    }

    function test_stakedTokensGoToANewDelegateToo() public {
        vm.prank(eve);
        keeper.delegate(dave);
        vm.warp(block.timestamp + 1);
        equal(governor.getVotes(dave, block.timestamp - 1), 60_000 ether, "dave");
        equal(governor.getVotes(eve, block.timestamp - 1), 0, "eve");
    }

    function test_stakedTokensVoteForWhoNeverDelegated() public {
        keeper.transfer(guardian, 2000 ether);
        vm.prank(guardian);
        keeper.approve(address(vault), BOND);
        propose(guardian, smallPlan("by one who never delegated"));
        vm.warp(block.timestamp + 1);
        equal(governor.getVotes(guardian, block.timestamp - 1), 2000 ether, "votes");
    }

    function test_theVaultItselfHasNoVote() public view {
        equal(keeper.getVotes(address(vault)), 0, "votes of the vault");
    }

    function ballot(uint256 proposalId, uint8 support, address voter, uint256 nonce) private view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("ZooGovernor"),
                keccak256("1"),
                block.chainid,
                address(governor)
            )
        );
        bytes32 message = keccak256(abi.encode(governor.BALLOT_TYPEHASH(), proposalId, support, voter, nonce));
        return keccak256(abi.encodePacked(hex"1901", domain, message));
    }

    /// @dev A new proposal on which accounts with exactly so many tokens vote.
    function setVotes(uint256 forVotes, uint256 againstVotes) private {
        vm.prank(alice);
        keeper.transfer(address(this), 200_000 ether);
        fund(address(0xf0), forVotes);
        fund(address(0xa9), againstVotes);
        vm.warp(block.timestamp + 1);
        id = propose(bob, smallPlan("exactly"));
        open(id);
        vote(address(0xf0), id, FOR);
        vote(address(0xa9), id, AGAINST);
        close(id);
    }
}
