// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Shares} from "../src/libraries/Shares.sol";
import {Supermajority} from "../src/libraries/Supermajority.sol";

/// @notice What the compiler's SMTChecker proves of the pure arithmetic, for all numbers: contracts/script/prove.mjs.
/// @dev For votes and amounts below 2^128, which is more than the supply of KEEPER. Each assertion is one proof; that
/// nothing overflows is proved beside them.
contract Properties {
    function nothingPassesWithoutVotesFor(uint128 against) external pure {
        assert(!Supermajority.passes(0, against, 6600));
    }

    function oneVotePassesAlone(uint128 forVotes) external pure {
        require(forVotes > 0);
        assert(Supermajority.passes(forVotes, 0, 6600));
    }

    function passingTakesMoreForThanAgainst(uint128 forVotes, uint128 against) external pure {
        require(Supermajority.passes(forVotes, against, 5001));
        assert(forVotes > against);
    }

    function passingIs66Percent(uint128 forVotes, uint128 against) external pure {
        bool passes = Supermajority.passes(forVotes, against, 6600);
        assert(passes == (forVotes > 0 && uint256(forVotes) * 34 >= uint256(against) * 66));
    }

    function moreVotesForNeverDefeat(uint128 forVotes, uint128 more, uint128 against) external pure {
        require(Supermajority.passes(forVotes, against, 6600));
        assert(Supermajority.passes(uint256(forVotes) + more, against, 6600));
    }

    function moreVotesAgainstNeverPass(uint128 forVotes, uint128 against, uint128 more) external pure {
        require(!Supermajority.passes(forVotes, against, 6600));
        assert(!Supermajority.passes(forVotes, uint256(against) + more, 6600));
    }

    function aHigherThresholdNeverPassesMore(uint128 forVotes, uint128 against) external pure {
        require(Supermajority.passes(forVotes, against, 9000));
        assert(Supermajority.passes(forVotes, against, 6600));
    }

    function bothSidesNeverPass(uint128 one, uint128 two) external pure {
        assert(!(Supermajority.passes(one, two, 5001) && Supermajority.passes(two, one, 5001)));
    }

    function theQuorumReachesItself(uint128 supply) external pure {
        assert(Supermajority.reachesQuorum(Supermajority.quorumOf(supply, 10), supply, 10));
    }

    function lessThanTheQuorumDoesNot(uint128 supply, uint128 votes) external pure {
        require(votes < Supermajority.quorumOf(supply, 10));
        assert(!Supermajority.reachesQuorum(votes, supply, 10));
    }

    function theQuorumIsAtMostTheSupply(uint128 supply) external pure {
        assert(Supermajority.quorumOf(supply, 50) <= supply);
    }

    function allVotesReachEveryQuorum(uint128 supply) external pure {
        assert(Supermajority.reachesQuorum(supply, supply, 50));
    }

    function aHalfIsAtMostTheStake(uint128 amount) external pure {
        assert(Shares.penalty(amount, 5000) <= amount);
    }

    function aHalfIsRoundedAgainstTheStaker(uint128 amount) external pure {
        uint256 burned = Shares.penalty(amount, 5000);
        assert(burned * 2 == amount || burned * 2 == uint256(amount) + 1);
    }

    function theWholePenaltyIsTheStake(uint128 amount) external pure {
        assert(Shares.penalty(amount, 10_000) == amount);
    }

    function noPenaltyIsNothing(uint128 amount) external pure {
        assert(Shares.penalty(amount, 0) == 0);
    }

    function paymentsAddUp(uint128 earned, uint128 pool) external pure {
        (uint256 paid, uint256 due) = Shares.payNow(earned, pool);
        assert(paid + due == earned && paid <= pool);
    }

    function duesRemainOnlyOfAnEmptyPool(uint128 earned, uint128 pool) external pure {
        (uint256 paid, uint256 due) = Shares.payNow(earned, pool);
        assert(due == 0 || paid == pool);
    }

    function nothingOfNothing(uint128 amount, uint128 part) external pure {
        assert(Shares.proportion(amount, part, 0) == 0);
    }

    function aPartOfARewardIsAtMostTheReward(uint80 amount, uint128 part, uint128 whole) external pure {
        require(part <= whole);
        assert(Shares.proportion(amount, part, whole) <= amount);
    }
}
