// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IWorldId} from "../../src/personhood/WorldIdPersonhood.sol";

/// @notice A verifier with the shape of World ID's router: a "proof" is the hash of all that it must bind.
contract LocalWorldId is IWorldId {
    error InvalidProof();

    function prove(uint256 root, uint256 groupId, uint256 signal, uint256 nullifier, uint256 externalNullifier)
        public
        pure
        returns (uint256[8] memory proof)
    {
        proof[0] = uint256(keccak256(abi.encode(root, groupId, signal, nullifier, externalNullifier)));
    }

    function verifyProof(
        uint256 root,
        uint256 groupId,
        uint256 signal,
        uint256 nullifier,
        uint256 externalNullifier,
        uint256[8] calldata proof
    ) external pure {
        if (proof[0] != prove(root, groupId, signal, nullifier, externalNullifier)[0]) {
            revert InvalidProof();
        }
    }
}
