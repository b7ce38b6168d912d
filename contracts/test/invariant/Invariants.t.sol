// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {BondVault} from "../../src/BondVault.sol";
import {ExperienceRegistry} from "../../src/ExperienceRegistry.sol";
import {IBondVault} from "../../src/interfaces/IBondVault.sol";
import {IExperienceRegistry} from "../../src/interfaces/IExperienceRegistry.sol";
import {KeeperToken} from "../../src/KeeperToken.sol";
import {Treasury} from "../../src/Treasury.sol";
import {ZooGovernor} from "../../src/ZooGovernor.sol";
import {Test} from "../Test.sol";
import {Handler} from "./Handler.sol";

/// @notice What holds whatever anybody does.
contract InvariantsTest is Test {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    Handler private handler;
    KeeperToken private keeper;
    BondVault private vault;
    ExperienceRegistry private registry;
    ZooGovernor private governor;
    Treasury private treasury;

    function setUp() public {
        handler = new Handler();
        (address keeper_, address vault_, address registry_, address governor_, address treasury_) = handler.system();
        keeper = KeeperToken(keeper_);
        vault = BondVault(vault_);
        registry = ExperienceRegistry(registry_);
        governor = ZooGovernor(payable(governor_));
        treasury = Treasury(payable(treasury_));
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(handler), actions());
    }

    function actions() private pure returns (bytes4[] memory all) {
        all = new bytes4[](20);
        all[0] = Handler.proposeSomething.selector;
        all[1] = Handler.voteOnSomething.selector;
        all[2] = Handler.everybodyVotes.selector;
        all[3] = Handler.queueSomething.selector;
        all[4] = Handler.executeSomething.selector;
        all[5] = Handler.cancelSomething.selector;
        all[6] = Handler.settleSomething.selector;
        all[7] = Handler.settleWhatIsStuck.selector;
        all[8] = Handler.claimShare.selector;
        all[9] = Handler.withdrawOwed.selector;
        all[10] = Handler.collectSomething.selector;
        all[11] = Handler.fundRewardPool.selector;
        all[12] = Handler.moveTokens.selector;
        all[13] = Handler.burnTokens.selector;
        all[14] = Handler.delegateTokens.selector;
        all[15] = Handler.claimAllocation.selector;
        all[16] = Handler.submitSomething.selector;
        all[17] = Handler.withdrawSubmission.selector;
        all[18] = Handler.breakIn.selector;
        all[19] = Handler.everybodyVotes.selector;
    }

    // -------------------------------------------------------------------------------------------------- tokens

    function invariant_noTokenIsMadeOrLost() public view {
        equal(keeper.totalSupply() + handler.burned(), 1_000_000 ether, "supply and what was burned");
        uint256 held = keeper.balanceOf(address(vault)) + keeper.balanceOf(address(treasury))
            + keeper.balanceOf(address(handler)) + keeper.balanceOf(address(governor))
            + keeper.balanceOf(handler.timelockAddress());
        for (uint256 index = 0; index < 5; ++index) {
            held += keeper.balanceOf(handler.actors(index));
        }
        equal(held, keeper.totalSupply(), "all balances");
    }

    function invariant_theVaultHoldsWhatItOwes() public view {
        equal(
            keeper.balanceOf(address(vault)),
            keeper.totalStaked() + handler.earned() + handler.unclaimedPots() + vault.rewardPool(),
            "stakes, debts and rewards"
        );
    }

    function invariant_stakesHeldAreStakesOwed() public view {
        uint256 staked;
        for (uint256 index = 0; index < handler.proposalCount(); ++index) {
            IBondVault.Bond memory bond = vault.bond(handler.proposals(index));
            if (bond.status == IBondVault.BondStatus.Held) staked += bond.amount;
        }
        for (uint256 index = 0; index < handler.submissionCount(); ++index) {
            uint256 id = handler.submissions(index);
            uint256 stake = vault.stakeOf(id);
            bool pending = registry.submission(id).state == IExperienceRegistry.SubmissionState.Pending;
            // 100 KEEPER, and up to five times as much for low reputation.
            isTrue(pending ? stake >= 100 ether && stake <= 500 ether : stake == 0, "stake of a submission");
            staked += stake;
        }
        uint256 ofAccounts;
        for (uint256 index = 0; index < 5; ++index) {
            staked += vault.refundedOf(handler.actors(index));
            ofAccounts += keeper.stakedOf(handler.actors(index));
        }
        equal(keeper.totalStaked(), staked, "bonds, submissions, and refunds not withdrawn yet");
        equal(keeper.totalStaked(), ofAccounts, "stakes of all accounts");
    }

    function invariant_debtsAddUp() public view {
        for (uint256 index = 0; index < 5; ++index) {
            address actor = handler.actors(index);
            atMost(vault.refundedOf(actor), keeper.stakedOf(actor), "a refund is a stake until it is withdrawn");
        }
        equal(
            keeper.balanceOf(address(vault)) - keeper.totalStaked() - vault.rewardPool(),
            handler.earned() + handler.unclaimedPots(),
            "what everybody earned, and pots not claimed yet"
        );
    }

    function invariant_noBondIsSettledTwice() public view {
        for (uint256 index = 0; index < handler.proposalCount(); ++index) {
            uint256 id = handler.proposals(index);
            uint256 settlements = handler.settlements(id);
            atMost(settlements, 1, "settlements");
            bool held = vault.bond(id).status == IBondVault.BondStatus.Held;
            equal(settlements, held ? 0 : 1, "settled once or held");
        }
    }

    function invariant_rewardsNeverExceedWhatWasFunded() public view {
        equal(handler.rewardsPaid() + vault.rewardPool(), handler.rewardsFunded(), "paid, and not yet paid");
        equal(
            keeper.balanceOf(address(vault)) - keeper.totalStaked() - handler.earned() - handler.unclaimedPots(),
            vault.rewardPool(),
            "the pool is there"
        );
    }

    function invariant_onlyGovernanceMovesTheTreasury() public view {
        equal(keeper.balanceOf(address(treasury)) + handler.treasuryOut(), handler.treasuryIn(), "what votes moved out");
        atMost(treasury.reserved(address(keeper)), keeper.balanceOf(address(treasury)), "set aside");
        isFalse(handler.somebodyBrokeIn(), "a break-in");
    }

    // ------------------------------------------------------------------------------------------------- votes

    function invariant_tallyIsAtMostTheSupplyAtTheSnapshot() public view {
        for (uint256 index = 0; index < handler.proposalCount(); ++index) {
            uint256 id = handler.proposals(index);
            (uint256 against, uint256 forVotes, uint256 abstain) = governor.proposalVotes(id);
            if (against + forVotes + abstain == 0) continue;
            atMost(against + forVotes + abstain, keeper.getPastTotalSupply(governor.proposalSnapshot(id)), "votes cast");
        }
    }

    function invariant_noTokenVotesTwice() public view {
        uint256 votes;
        uint256 units;
        for (uint256 index = 0; index < 5; ++index) {
            address actor = handler.actors(index);
            votes += keeper.getVotes(actor);
            units += keeper.balanceOf(actor) + keeper.stakedOf(actor);
        }
        equal(votes, units, "a vote for each token that is held or staked");
        atMost(votes + keeper.balanceOf(address(vault)) - keeper.totalStaked(), keeper.totalSupply(), "all votes");
    }

    function invariant_termsStayAsTheyWere() public view {
        for (uint256 index = 0; index < handler.proposalCount(); ++index) {
            uint256 id = handler.proposals(index);
            equal(handler.fingerprintOf(id), handler.termsOf(id), "terms");
        }
    }

    // ----------------------------------------------------------------------------------------------- library

    function invariant_versionsOnlyGrow() public view {
        isFalse(handler.versionsWentBack(), "a version was lost");
        for (uint64 seq = 1; seq <= registry.versionCount(); ++seq) {
            IExperienceRegistry.Version memory version = handler.versionAt(seq);
            equal(version.seq, seq, "number");
            equal(version.previous, seq == 1 ? bytes32(0) : handler.versionAt(seq - 1).commitHash, "chain");
            isTrue(registry.isVersion(version), "is what its event said");
        }
        if (registry.versionCount() > 0) equal(registry.latest().seq, registry.versionCount(), "in force");
    }

    function invariant_theRootChangesOnlyByAnExecutedProposal() public view {
        equal(registry.versionCount(), handler.libraryExecutions(), "versions");
        for (uint64 seq = 1; seq <= registry.versionCount(); ++seq) {
            uint256 id = handler.versionAt(seq).proposalId;
            isTrue(handler.executed(id), "by a proposal that was executed");
            equal(uint256(governor.state(id)), uint256(IGovernor.ProposalState.Executed), "state");
        }
        equal(governor.executingProposal(), 0, "nothing is being executed");
    }

    // -------------------------------------------------------------------------------------------- not vacuous

    /// @dev The same actions, at random but always the same: each of them succeeds, and all the invariants hold.
    function test_everyActionOfTheHandlerSucceeds() public {
        bytes4[] memory all = actions();
        for (uint256 step = 0; step < 2500; ++step) {
            uint256 random = uint256(keccak256(abi.encode("step", step)));
            // Each action takes what it needs of these words and leaves the rest.
            bytes memory words = abi.encode(random >> 8, (random >> 70) % 1000, random % 256);
            if (all[random % 20] == Handler.everybodyVotes.selector) {
                words = abi.encode(random >> 8, random & 512 == 0);
            }
            if (all[random % 20] == Handler.cancelSomething.selector) {
                words = abi.encode(random >> 8, random & 512 == 0);
            }
            if (all[random % 20] == Handler.cancelSomething.selector && step % 4 != 0) continue;
            (bool done, bytes memory why) = address(handler).call(bytes.concat(all[random % 20], words));
            if (!done) {
                assembly {
                    revert(add(why, 32), mload(why))
                }
            }
        }
        string[18] memory names = [
            "propose",
            "vote",
            "everybody votes",
            "queue",
            "execute",
            "cancel",
            "settle",
            "settle stuck",
            "claim share",
            "withdraw",
            "collect due",
            "fund rewards",
            "transfer",
            "burn",
            "delegate",
            "claim allocation",
            "submit",
            "break-in refused"
        ];
        for (uint256 index = 0; index < 18; ++index) {
            isTrue(handler.successes(names[index]) > 0, names[index]);
        }
        isTrue(handler.successes("withdraw submission") > 0, "withdraw submission");
        isTrue(registry.versionCount() > 1, "versions");
        holdAll();
    }

    function holdAll() private view {
        invariant_noTokenIsMadeOrLost();
        invariant_theVaultHoldsWhatItOwes();
        invariant_stakesHeldAreStakesOwed();
        invariant_debtsAddUp();
        invariant_noBondIsSettledTwice();
        invariant_rewardsNeverExceedWhatWasFunded();
        invariant_onlyGovernanceMovesTheTreasury();
        invariant_tallyIsAtMostTheSupplyAtTheSnapshot();
        invariant_noTokenVotesTwice();
        invariant_termsStayAsTheyWere();
        invariant_versionsOnlyGrow();
        invariant_theRootChangesOnlyByAnExecutedProposal();
    }
}
