// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MerkleLog} from "../../src/libraries/MerkleLog.sol";
import {Test} from "../Test.sol";

/// @notice Proofs that `zoo ledger prove` wrote, for libraries of every size from 1 to 40 and some larger ones.
contract MerkleLogSizesTest is Test {
    struct Tree {
        bytes32 root;
        uint64 size;
        uint64[] indices;
        bytes[] paths;
        bytes path;
    }

    string private json;
    bytes32[] private leaves;
    uint256 private count;

    function setUp() public {
        json = vm.readFile("contracts/test/fixtures/inclusion-sizes.json");
        leaves = vm.parseJsonBytes32Array(json, ".leaves");
        count = vm.parseJsonUint(json, ".count");
    }

    function treeAt(uint256 place) private view returns (Tree memory tree) {
        string memory at = string.concat(".trees[", vm.toString(place), "]");
        tree.root = vm.parseJsonBytes32(json, string.concat(at, ".recordsRoot"));
        tree.size = uint64(vm.parseJsonUint(json, string.concat(at, ".size")));
        tree.paths = vm.parseJsonBytesArray(json, string.concat(at, ".paths"));
        tree.path = vm.parseJsonBytes(json, string.concat(at, ".path"));
        uint256[] memory indices = vm.parseJsonUintArray(json, string.concat(at, ".indices"));
        tree.indices = new uint64[](indices.length);
        for (uint256 one = 0; one < indices.length; ++one) {
            tree.indices[one] = uint64(indices[one]);
        }
    }

    function verifyOne(bytes32 root, uint64 size, uint64 index, bytes32 leaf, bytes calldata path)
        external
        pure
        returns (bool)
    {
        return MerkleLog.verifyInclusion(root, size, index, leaf, path);
    }

    function verifyMany(
        bytes32 root,
        uint64 size,
        uint64[] calldata indices,
        bytes32[] calldata known,
        bytes calldata path
    ) external pure returns (bool) {
        return MerkleLog.verifyMany(root, size, indices, known, path);
    }

    function test_takesProofsOfEverySize() public view {
        isTrue(count >= 57, "enough sizes");
        for (uint256 place = 0; place < count; ++place) {
            Tree memory tree = treeAt(place);
            bytes32[] memory known = new bytes32[](tree.indices.length);
            for (uint256 one = 0; one < known.length; ++one) {
                uint64 index = tree.indices[one];
                known[one] = leaves[index];
                isTrue(this.verifyOne(tree.root, tree.size, index, known[one], tree.paths[one]), "one record");
                isFalse(this.verifyOne(tree.root, tree.size, index + 1, known[one], tree.paths[one]), "another place");
                isFalse(this.verifyOne(tree.root, tree.size, index, ~known[one], tree.paths[one]), "another record");
            }
            isTrue(this.verifyMany(tree.root, tree.size, tree.indices, known, tree.path), "many records");
            known[known.length - 1] = ~known[known.length - 1];
            isFalse(this.verifyMany(tree.root, tree.size, tree.indices, known, tree.path), "another among many");
        }
    }
}
