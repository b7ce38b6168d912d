// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IPersonhood} from "../interfaces/IPersonhood.sol";

/// @title Personhood by BrightID
/// @notice A BrightID node signs (app, accounts, timestamp) with its Ethereum key, as its `/verifications` endpoint
/// answers with `signed=eth&timestamp=seconds`. The first account is the current one; the others are what the person
/// used before, and lose their standing.
contract BrightIdPersonhood is IPersonhood {
    /// @dev `seenAt` is the newest verification that names the account; older ones cannot be replayed, neither for an
    /// account that is current nor for one that its person has left.
    struct Standing {
        uint64 seenAt;
        bool current;
    }

    /// @notice A verification holds for so long.
    uint256 public constant VALIDITY = 30 days;
    /// @notice Accounts in one verification at most.
    uint256 public constant MAX_ACCOUNTS = 32;

    address public immutable NODE;
    bytes32 public immutable APP;

    mapping(address account => Standing) private _standings;

    /// @param node The Ethereum address of the BrightID node that is trusted.
    /// @param app The application's name at BrightID, as bytes32.
    constructor(address node, bytes32 app) {
        if (node == address(0)) revert PersonhoodZeroAddress();
        NODE = node;
        APP = app;
    }

    /// @notice Records what the node signed; anyone may hand it in.
    function verify(address[] calldata accounts, uint256 timestamp, uint8 v, bytes32 r, bytes32 s) external {
        if (accounts.length == 0 || accounts.length > MAX_ACCOUNTS) revert PersonhoodInvalidAccounts(accounts.length);
        if (timestamp > block.timestamp || block.timestamp - timestamp > VALIDITY) revert PersonhoodExpired(timestamp);
        address signer = ECDSA.recover(keccak256(abi.encodePacked(APP, accounts, timestamp)), v, r, s);
        if (signer != NODE) revert PersonhoodInvalidSignature(signer);
        if (_standings[accounts[0]].seenAt >= timestamp) revert PersonhoodAlreadyUsed(timestamp);
        for (uint256 index = 1; index < accounts.length; ++index) {
            _leave(accounts[index], accounts[0], timestamp);
        }
        // forge-lint: disable-next-line(unsafe-typecast)
        _standings[accounts[0]] = Standing({seenAt: uint64(timestamp), current: true});
        emit PersonVerified(accounts[0], timestamp);
    }

    /// @inheritdoc IPersonhood
    function isPerson(address account) external view returns (bool) {
        Standing memory standing = _standings[account];
        return standing.current && block.timestamp - standing.seenAt <= VALIDITY;
    }

    function _leave(address from, address to, uint256 timestamp) private {
        if (_standings[from].seenAt > timestamp) revert PersonhoodAlreadyUsed(timestamp);
        // forge-lint: disable-next-line(unsafe-typecast)
        _standings[from] = Standing({seenAt: uint64(timestamp), current: false});
        emit PersonMoved(from, to);
    }
}
