// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {MerkleLog} from "../../src/libraries/MerkleLog.sol";
import {Shares} from "../../src/libraries/Shares.sol";
import {Supermajority} from "../../src/libraries/Supermajority.sol";
import {Test} from "../Test.sol";

/// @notice Properties of the pure arithmetic, for numbers of all sizes that KEEPER allows.
contract ArithmeticPropertiesTest is Test {
    function testFuzz_passesExactlyAtItsThreshold(uint128 forVotes, uint128 against, uint16 bps) public pure {
        uint256 threshold = bound(bps, 5001, 9000);
        bool passes = Supermajority.passes(forVotes, against, threshold);
        uint256 cast = uint256(forVotes) + against;
        // The least votes for that pass, rounded up, found another way.
        uint256 needed = cast == 0 ? 1 : Math.mulDiv(cast, threshold, 10_000, Math.Rounding.Ceil);
        equal(passes ? 1 : 0, forVotes >= needed && forVotes > 0 ? 1 : 0, "passes");
    }

    function testFuzz_moreVotesForNeverDefeat(uint128 forVotes, uint128 against, uint128 more) public pure {
        vm.assume(Supermajority.passes(forVotes, against, 6600));
        uint256 grown = uint256(forVotes) + (more % (type(uint128).max - forVotes + uint256(1)));
        isTrue(Supermajority.passes(grown, against, 6600), "passes still");
    }

    function testFuzz_moreVotesAgainstNeverPass(uint128 forVotes, uint128 against, uint128 more) public pure {
        vm.assume(!Supermajority.passes(forVotes, against, 6600));
        isFalse(Supermajority.passes(forVotes, uint256(against) + more, 6600), "defeated still");
    }

    function testFuzz_nothingPassesWithoutVotesFor(uint128 against, uint16 bps) public pure {
        isFalse(Supermajority.passes(0, against, bound(bps, 5001, 9000)), "passes");
    }

    function testFuzz_passingMeansMoreForThanAgainst(uint128 forVotes, uint128 against, uint16 bps) public pure {
        vm.assume(Supermajority.passes(forVotes, against, bound(bps, 5001, 9000)));
        isTrue(forVotes > against, "majority");
    }

    function testFuzz_quorumIsTheLeastThatReaches(uint128 supply, uint16 percent) public pure {
        uint256 share = bound(percent, 1, 50);
        uint256 quorum = Supermajority.quorumOf(supply, share);
        isTrue(Supermajority.reachesQuorum(quorum, supply, share), "the quorum reaches");
        if (quorum > 0) isFalse(Supermajority.reachesQuorum(quorum - 1, supply, share), "one less does not");
    }

    function testFuzz_proportionIsThatOf512Bits(uint128 amount, uint128 part, uint128 whole) public pure {
        uint256 expected = whole == 0 ? 0 : Math.mulDiv(amount, part, whole);
        equal(Shares.proportion(amount, part, whole), expected, "proportion");
    }

    function testFuzz_sharesNeverExceedTheWhole(uint128 amount, uint64 one, uint64 two, uint64 three) public pure {
        uint256 whole = uint256(one) + two + three;
        uint256 shared = Shares.proportion(amount, one, whole) + Shares.proportion(amount, two, whole)
            + Shares.proportion(amount, three, whole);
        atMost(shared, amount, "shared");
        if (whole > 0) atMost(amount - shared, 2, "dust of three shares");
    }

    function testFuzz_penaltyAndRefundAreTheStake(uint128 amount, uint16 bps) public pure {
        uint256 share = bound(bps, 0, 10_000);
        uint256 burned = Shares.penalty(amount, share);
        atMost(burned, amount, "burned");
        isTrue(burned * 10_000 >= uint256(amount) * share, "not less than the penalty");
        isTrue(burned == 0 || (burned - 1) * 10_000 < uint256(amount) * share, "not a unit more");
    }

    function testFuzz_paymentsAddUp(uint128 earned, uint128 pool) public pure {
        (uint256 paid, uint256 due) = Shares.payNow(earned, pool);
        equal(paid + due, earned, "earned");
        atMost(paid, pool, "paid from the pool");
        isTrue(due == 0 || paid == pool, "due only when the pool is empty");
    }
}

/// @notice Properties of inclusion proofs, over trees that are built here in another way.
contract MerklePropertiesTest is Test {
    function verify(bytes32 root, uint64 size, uint64 index, bytes32 leaf, bytes calldata path)
        external
        pure
        returns (bool)
    {
        return MerkleLog.verifyInclusion(root, size, index, leaf, path);
    }

    function leavesOf(uint256 seed, uint256 size) private pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](size);
        for (uint256 index = 0; index < size; ++index) {
            leaves[index] = keccak256(abi.encode(seed, index));
        }
    }

    /// @dev MTH of RFC 6962, by its recursive definition.
    function rootOf(bytes32[] memory leaves, uint256 from, uint256 to) private pure returns (bytes32) {
        if (to - from == 1) return leaves[from];
        uint256 split = 1;
        while (split * 2 < to - from) split *= 2;
        return MerkleLog.nodeHash(rootOf(leaves, from, from + split), rootOf(leaves, from + split, to));
    }

    /// @dev PATH of RFC 6962, by its recursive definition.
    function pathOf(bytes32[] memory leaves, uint256 index, uint256 from, uint256 to)
        private
        pure
        returns (bytes memory)
    {
        if (to - from == 1) return "";
        uint256 split = 1;
        while (split * 2 < to - from) split *= 2;
        return index < from + split
            ? bytes.concat(pathOf(leaves, index, from, from + split), rootOf(leaves, from + split, to))
            : bytes.concat(pathOf(leaves, index, from + split, to), rootOf(leaves, from, from + split));
    }

    function testFuzz_takesEveryLeafOfEveryTree(uint256 seed, uint8 size, uint8 index) public view {
        uint256 count = bound(size, 1, 70);
        uint256 place = bound(index, 0, count - 1);
        bytes32[] memory leaves = leavesOf(seed, count);
        bytes memory path = pathOf(leaves, place, 0, count);
        isTrue(this.verify(rootOf(leaves, 0, count), uint64(count), uint64(place), leaves[place], path), "a true proof");
    }

    function testFuzz_refusesEveryOtherLeaf(uint256 seed, uint8 size, uint8 index, bytes32 leaf) public view {
        uint256 count = bound(size, 1, 40);
        uint256 place = bound(index, 0, count - 1);
        bytes32[] memory leaves = leavesOf(seed, count);
        vm.assume(leaf != leaves[place]);
        bytes memory path = pathOf(leaves, place, 0, count);
        isFalse(this.verify(rootOf(leaves, 0, count), uint64(count), uint64(place), leaf, path), "another leaf");
    }

    function testFuzz_refusesEveryOtherPlace(uint256 seed, uint8 size, uint8 index, uint64 other) public view {
        uint256 count = bound(size, 1, 40);
        uint256 place = bound(index, 0, count - 1);
        vm.assume(other != place);
        bytes32[] memory leaves = leavesOf(seed, count);
        bytes memory path = pathOf(leaves, place, 0, count);
        isFalse(this.verify(rootOf(leaves, 0, count), uint64(count), other, leaves[place], path), "another place");
    }

    function testFuzz_refusesAFlippedBit(uint256 seed, uint8 size, uint8 index, uint16 bit) public view {
        uint256 count = bound(size, 2, 40);
        uint256 place = bound(index, 0, count - 1);
        bytes32[] memory leaves = leavesOf(seed, count);
        bytes memory path = pathOf(leaves, place, 0, count);
        uint256 at = bound(bit, 0, path.length * 8 - 1);
        path[at / 8] ^= bytes1(uint8(1 << (at % 8)));
        isFalse(
            this.verify(rootOf(leaves, 0, count), uint64(count), uint64(place), leaves[place], path), "a flipped bit"
        );
    }

    function testFuzz_neverReverts(bytes32 root, uint64 size, uint64 index, bytes32 leaf, bytes calldata path)
        public
        view
    {
        this.verify(root, size, index, leaf, path);
    }
}
