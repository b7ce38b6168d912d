// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MerkleLog} from "../../src/libraries/MerkleLog.sol";
import {IExperienceRegistry} from "../../src/interfaces/IExperienceRegistry.sol";
import {ZooFixture} from "../ZooFixture.sol";

/// @notice Proofs that `zoo ledger prove` wrote, and proofs that somebody has tampered with.
contract MerkleLogTest is ZooFixture {
    struct Case {
        bytes32 root;
        uint64 size;
        uint64 index;
        bytes record;
        bytes path;
        bytes merkleProof;
    }

    string private json;
    uint256 private count;

    function setUp() public override {
        super.setUp();
        json = vm.readFile("contracts/test/fixtures/inclusion.json");
        count = vm.parseJsonUint(json, ".count");
    }

    function caseAt(uint256 place) private view returns (Case memory) {
        string memory at = string.concat(".cases[", vm.toString(place), "]");
        return Case({
            root: vm.parseJsonBytes32(json, string.concat(at, ".recordsRoot")),
            size: uint64(vm.parseJsonUint(json, string.concat(at, ".size"))),
            index: uint64(vm.parseJsonUint(json, string.concat(at, ".index"))),
            record: vm.parseJsonBytes(json, string.concat(at, ".record")),
            path: vm.parseJsonBytes(json, string.concat(at, ".path")),
            merkleProof: vm.parseJsonBytes(json, string.concat(at, ".merkleProof"))
        });
    }

    function accepts(bytes32 root, uint64 size, uint64 index, bytes memory record, bytes memory path)
        private
        view
        returns (bool)
    {
        return this.verify(root, size, index, MerkleLog.leafHash(record), path);
    }

    function verify(bytes32 root, uint64 size, uint64 index, bytes32 leaf, bytes calldata path)
        external
        pure
        returns (bool)
    {
        return MerkleLog.verifyInclusion(root, size, index, leaf, path);
    }

    function test_takesEveryProofOfTheLedger() public view {
        isTrue(count >= 25, "enough cases");
        for (uint256 place = 0; place < count; ++place) {
            Case memory one = caseAt(place);
            isTrue(accepts(one.root, one.size, one.index, one.record, one.path), "a proof of the ledger");
        }
    }

    function test_refusesEveryProofForAnotherPlace() public view {
        for (uint256 place = 0; place < count; ++place) {
            Case memory one = caseAt(place);
            isFalse(accepts(one.root, one.size, one.index + 1, one.record, one.path), "next index");
            if (one.index > 0) {
                isFalse(accepts(one.root, one.size, one.index - 1, one.record, one.path), "index before");
            }
        }
    }

    function test_refusesEveryTamperedProof() public view {
        for (uint256 place = 0; place < count; ++place) {
            Case memory one = caseAt(place);
            isFalse(accepts(one.root, one.size, one.index, bytes.concat(one.record, " "), one.path), "longer record");
            isFalse(accepts(one.root, one.size, one.index, one.record, bytes.concat(one.path, one.root)), "longer path");
            isFalse(accepts(one.root, one.size, one.index, one.record, bytes.concat(one.path, hex"00")), "odd path");
            isFalse(accepts(~one.root, one.size, one.index, one.record, one.path), "another root");
            one.record[0] ^= 0x01;
            isFalse(accepts(one.root, one.size, one.index, one.record, one.path), "another record");
            one.record[0] ^= 0x01;
            for (uint256 at = 0; at < one.path.length; at += 32) {
                one.path[at] ^= 0x80;
                isFalse(accepts(one.root, one.size, one.index, one.record, one.path), "another sibling");
                one.path[at] ^= 0x80;
            }
        }
    }

    function test_refusesShortenedPaths() public view {
        for (uint256 place = 0; place < count; ++place) {
            Case memory one = caseAt(place);
            if (one.path.length == 0) continue;
            bytes memory shorter = new bytes(one.path.length - 32);
            for (uint256 at = 0; at < shorter.length; ++at) {
                shorter[at] = one.path[at];
            }
            isFalse(accepts(one.root, one.size, one.index, one.record, shorter), "a shorter path");
        }
    }

    function test_refusesAnInnerNodeAsALeaf() public view {
        Case memory one = caseAt(1); // the first of two
        bytes32 left = MerkleLog.leafHash(one.record);
        bytes memory inner = bytes.concat(left, one.path);
        isFalse(accepts(one.root, 1, 0, inner, ""), "the pair of both leaves as a record");
        isFalse(accepts(one.root, 1, 0, bytes.concat(hex"01", inner), ""), "the pair with its prefix");
    }

    function test_refusesAPathThatGoesOnAboveTheRoot() public view {
        bytes32 leaf = MerkleLog.leafHash("record");
        bytes32 above = MerkleLog.nodeHash(bytes32(uint256(1)), leaf);
        // A tree of one leaf has no inner node, whatever hashes to its root.
        isFalse(accepts(above, 1, 0, "record", abi.encode(bytes32(uint256(1)))), "a tree of one leaf with a path");
    }

    function test_refusesAnEmptyTree() public view {
        isFalse(accepts(sha256(""), 0, 0, "", ""), "nothing is in an empty tree");
    }

    function test_refusesTheLargestIndexAndSize() public view {
        isFalse(accepts(bytes32(uint256(1)), type(uint64).max, type(uint64).max, "", ""), "index = size");
        isFalse(accepts(bytes32(uint256(1)), type(uint64).max, type(uint64).max - 1, "", ""), "no path");
    }

    function test_theRegistryTakesTheProofAsItIs() public {
        Case memory one = caseAt(count - 1);
        IExperienceRegistry.Update memory update = updateOf(1);
        (update.recordsRoot, update.size) = (one.root, one.size);
        pass(updatePlan(update, none(), none(), "with proofs"));
        isTrue(registry.verifyInclusion(1, one.index, one.record, one.path), "index and path");
        isTrue(registry.verifyMerkleProof(1, one.record, one.merkleProof), "merkle_proof");
    }

    /// @dev The first version holds the proofs, and a second one has come into force.
    function supersede(bytes32 root, uint64 size) private returns (IExperienceRegistry.Version memory) {
        IExperienceRegistry.Update memory update = updateOf(1);
        (update.recordsRoot, update.size) = (root, size);
        uint256 id = pass(updatePlan(update, none(), none(), "with proofs"));
        IExperienceRegistry.Version memory version = IExperienceRegistry.Version({
            seq: 1,
            size: size,
            timestamp: uint48(block.timestamp),
            previousBlock: 0,
            commitHash: update.commitHash,
            recordsRoot: root,
            mapRoot: update.mapRoot,
            logRoot: update.logRoot,
            cidDigest: update.cidDigest,
            arweaveId: update.arweaveId,
            previous: 0,
            proposalId: id
        });
        publishNext();
        return version;
    }

    function test_theRegistryTakesProofsOfOlderVersions() public {
        Case memory one = caseAt(count - 1);
        IExperienceRegistry.Version memory version = supersede(one.root, one.size);
        isTrue(registry.verifyInclusionIn(version, one.index, one.record, one.path), "index and path");
        isTrue(registry.verifyMerkleProofIn(version, one.record, one.merkleProof), "merkle_proof");
        isFalse(registry.verifyInclusionIn(version, one.index, "forged", one.path), "forged");
        isFalse(registry.verifyMerkleProofIn(version, "forged", one.merkleProof), "forged");
        isFalse(registry.verifyMerkleProofIn(version, one.record, hex"00"), "too short");
    }

    function test_theRegistryTakesProofsOfManyOfOlderVersions() public {
        ManyCase memory many = manyAt(7);
        IExperienceRegistry.Version memory version = supersede(many.root, many.size);
        isTrue(registry.verifyInclusionsIn(version, many.indices, many.records, many.path), "many");
        many.records[0] = "forged";
        isFalse(registry.verifyInclusionsIn(version, many.indices, many.records, many.path), "forged");
    }

    function test_theRegistryRefusesProofsOfVersionsThatNeverWere() public {
        Case memory one = caseAt(count - 1);
        IExperienceRegistry.Version memory version = supersede(keccak256("another library"), one.size);
        version.recordsRoot = one.root;
        bytes memory why = abi.encodeWithSelector(IExperienceRegistry.RegistryUnknownVersion.selector, 1);
        vm.expectRevert(why);
        registry.verifyInclusionIn(version, one.index, one.record, one.path);
        vm.expectRevert(why);
        registry.verifyInclusionsIn(version, new uint64[](1), new bytes[](1), one.path);
        vm.expectRevert(why);
        registry.verifyMerkleProofIn(version, one.record, one.merkleProof);
    }

    function test_theRegistryTellsWhenAnotherVersionIsInForce() public {
        Case memory one = caseAt(count - 1);
        supersede(one.root, one.size);
        bytes memory why = abi.encodeWithSelector(IExperienceRegistry.RegistrySuperseded.selector, 1, 2);
        vm.expectRevert(why);
        registry.verifyInclusion(1, one.index, one.record, one.path);
        vm.expectRevert(why);
        registry.verifyInclusions(1, new uint64[](1), new bytes[](1), one.path);
        vm.expectRevert(why);
        registry.verifyMerkleProof(1, one.record, one.merkleProof);
    }

    function test_theRegistryRefusesAnotherMerkleProof() public {
        Case memory one = caseAt(count - 1);
        IExperienceRegistry.Update memory update = updateOf(1);
        (update.recordsRoot, update.size) = (one.root, one.size);
        pass(updatePlan(update, none(), none(), "with proofs"));
        isFalse(registry.verifyMerkleProof(1, one.record, ""), "nothing");
        isFalse(registry.verifyMerkleProof(1, one.record, hex"00000000000000"), "too short");
        isFalse(registry.verifyMerkleProof(1, one.record, caseAt(0).merkleProof), "of another library");
        one.merkleProof[15] ^= 0x01;
        isFalse(registry.verifyMerkleProof(1, one.record, one.merkleProof), "another size");
        one.merkleProof[15] ^= 0x01;
        one.merkleProof[7] ^= 0x01;
        isFalse(registry.verifyMerkleProof(1, one.record, one.merkleProof), "another index");
    }

    // ---------------------------------------------------------------------------------- many records, one path

    struct ManyCase {
        bytes32 root;
        uint64 size;
        uint64[] indices;
        bytes[] records;
        bytes path;
    }

    function manyAt(uint256 place) private view returns (ManyCase memory many) {
        string memory at = string.concat(".many[", vm.toString(place), "]");
        many.root = vm.parseJsonBytes32(json, string.concat(at, ".recordsRoot"));
        many.size = uint64(vm.parseJsonUint(json, string.concat(at, ".size")));
        many.records = vm.parseJsonBytesArray(json, string.concat(at, ".records"));
        many.path = vm.parseJsonBytes(json, string.concat(at, ".path"));
        uint256[] memory indices = vm.parseJsonUintArray(json, string.concat(at, ".indices"));
        many.indices = new uint64[](indices.length);
        for (uint256 index = 0; index < indices.length; ++index) {
            many.indices[index] = uint64(indices[index]);
        }
    }

    function acceptsMany(ManyCase memory many) private view returns (bool) {
        bytes32[] memory leaves = new bytes32[](many.records.length);
        for (uint256 at = 0; at < leaves.length; ++at) {
            leaves[at] = MerkleLog.leafHash(many.records[at]);
        }
        return this.verifyMany(many.root, many.size, many.indices, leaves, many.path);
    }

    function verifyMany(
        bytes32 root,
        uint64 size,
        uint64[] calldata indices,
        bytes32[] calldata leaves,
        bytes calldata path
    ) external pure returns (bool) {
        return MerkleLog.verifyMany(root, size, indices, leaves, path);
    }

    function test_takesEveryProofOfManyRecords() public view {
        uint256 cases = vm.parseJsonUint(json, ".manyCount");
        isTrue(cases >= 8, "enough cases");
        for (uint256 place = 0; place < cases; ++place) {
            isTrue(acceptsMany(manyAt(place)), "a proof of the ledger");
        }
    }

    function test_refusesEveryTamperedProofOfManyRecords() public view {
        for (uint256 place = 1; place < vm.parseJsonUint(json, ".manyCount"); ++place) {
            ManyCase memory many = manyAt(place);
            many.records[0][0] ^= 0x01;
            isFalse(acceptsMany(many), "another record");
            many.records[0][0] ^= 0x01;
            many.path = bytes.concat(many.path, many.root);
            isFalse(acceptsMany(many), "a longer path");
            many = manyAt(place);
            many.root = ~many.root;
            isFalse(acceptsMany(many), "another root");
            many.root = ~many.root;
            (many.records[0], many.records[1]) = (many.records[1], many.records[0]);
            isFalse(acceptsMany(many), "another order");
            (many.records[0], many.records[1]) = (many.records[1], many.records[0]);
            if (many.path.length == 0) continue;
            many.path[many.path.length - 1] ^= 0x01;
            isFalse(acceptsMany(many), "another node");
            many.path = "";
            isFalse(acceptsMany(many), "no path");
        }
    }

    function test_refusesManyRecordsInDisorder() public view {
        ManyCase memory many = manyAt(3);
        many.indices[1] = many.indices[0];
        isFalse(acceptsMany(many), "the same place twice");
        many = manyAt(3);
        many.indices[many.indices.length - 1] = many.size;
        isFalse(acceptsMany(many), "a place outside");
        many = manyAt(3);
        many.indices = new uint64[](1);
        isFalse(acceptsMany(many), "fewer places than records");
        many.indices = new uint64[](0);
        many.records = new bytes[](0);
        isFalse(acceptsMany(many), "nothing");
    }

    function test_theRegistryTakesAProofOfManyRecords() public {
        ManyCase memory many = manyAt(7);
        IExperienceRegistry.Update memory update = updateOf(1);
        (update.recordsRoot, update.size) = (many.root, many.size);
        pass(updatePlan(update, none(), none(), "with proofs"));
        isTrue(registry.verifyInclusions(1, many.indices, many.records, many.path), "many");
        many.records[0] = "forged";
        isFalse(registry.verifyInclusions(1, many.indices, many.records, many.path), "forged");
    }
}
