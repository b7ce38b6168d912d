// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Inclusion proofs of RFC 9162, with SHA-256
/// @notice Positional: a proof binds the leaf's index and the tree's size, so it cannot be replayed for another place.
library MerkleLog {
    /// @notice Hash of a leaf: SHA-256(0x00 || data).
    function leafHash(bytes memory data) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0x00), data));
    }

    /// @notice Hash of an inner node: SHA-256(0x01 || left || right).
    function nodeHash(bytes32 left, bytes32 right) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0x01), left, right));
    }

    /// @notice Whether `leaf` (a leaf hash) stands at `index` of the tree of `size` leaves with that root
    /// (RFC 9162, section 2.1.3.2). The path goes from the leaf's sibling to the child of the root.
    function verifyInclusion(bytes32 root, uint64 size, uint64 index, bytes32 leaf, bytes32[] memory path)
        internal
        pure
        returns (bool)
    {
        if (index >= size) return false;
        uint64 place = index;
        uint64 last = size - 1;
        bytes32 hash = leaf;
        for (uint256 level = 0; level < path.length; ++level) {
            if (last == 0) return false;
            if (place & 1 == 1 || place == last) {
                hash = nodeHash(path[level], hash);
                while (place & 1 == 0 && place != 0) {
                    place >>= 1;
                    last >>= 1;
                }
            } else {
                hash = nodeHash(hash, path[level]);
            }
            place >>= 1;
            last >>= 1;
        }
        return last == 0 && hash == root;
    }
}
