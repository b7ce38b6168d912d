// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Votes} from "@openzeppelin/contracts/governance/utils/Votes.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {IBondVault} from "../interfaces/IBondVault.sol";
import {KeeperToken} from "../KeeperToken.sol";

/// @title Stakes that keep their vote, and what is owed once they end
/// @notice The token counts no vote for what the vault holds, as the vault never delegates there; the units that are kept
/// here stand for the staked tokens alone. So no token is counted twice.
abstract contract StakedVotes is IBondVault, Votes {
    using SafeERC20 for KeeperToken;

    /// @dev What an account has staked, which votes, and what it is owed, which does not; one slot.
    struct Account {
        uint128 staked;
        uint128 owed;
    }

    KeeperToken public immutable TOKEN;

    // The casts below are safe: no amount exceeds the supply, which is below 2^128 ({KeeperToken}).
    // forge-lint: disable-start(unsafe-typecast)

    /// @notice KEEPER held for bonds and submission stakes.
    uint128 public totalStaked;
    /// @notice KEEPER credited and not yet withdrawn, unclaimed shares of defeated bonds included.
    uint128 public totalOwed;

    mapping(address account => Account) private _accounts;

    constructor(KeeperToken token) EIP712("Zoo Bond Vault", "1") {
        if (address(token) == address(0)) revert VaultZeroAddress();
        TOKEN = token;
    }

    /// @inheritdoc IBondVault
    function owed(address account) external view returns (uint256) {
        return _accounts[account].owed;
    }

    /// @notice Seconds since the Unix epoch, as in the token (ERC-6372).
    function clock() public view override returns (uint48) {
        return uint48(block.timestamp);
    }

    /// @notice Machine-readable description of the clock (ERC-6372).
    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    /// @notice Always reverts: the supply that votes are measured by is the token's.
    function getPastTotalSupply(uint256) public pure override returns (uint256) {
        revert VaultKeepsNoTotal();
    }

    /// @dev Tokens come in and their votes go to whom their owner has delegated here, or in the token, or to the owner.
    /// The transfer is the last thing that happens.
    function _take(address from, uint256 amount) internal {
        totalStaked += uint128(amount);
        if (delegates(from) == address(0)) {
            address chosen = TOKEN.delegates(from);
            _delegate(from, chosen == address(0) ? from : chosen);
        }
        _moveUnits(address(0), from, amount);
        TOKEN.safeTransferFrom(from, address(this), amount);
    }

    /// @dev Ends a stake: burns a part and credits the rest to its owner.
    function _giveBack(address to, uint256 amount, uint256 burned) internal {
        totalStaked -= uint128(amount);
        _moveUnits(to, address(0), amount);
        _credit(to, amount - burned);
        if (burned > 0) TOKEN.burn(burned);
    }

    /// @dev Ends a stake: all of it becomes a pot of which others are credited their shares ({_creditShare}).
    function _turnIntoPot(address owner, uint256 amount) internal {
        totalStaked -= uint128(amount);
        totalOwed += uint128(amount);
        _moveUnits(owner, address(0), amount);
    }

    /// @dev A share of a pot, which is counted as owed already.
    function _creditShare(address account, uint256 amount) internal {
        _accounts[account].owed += uint128(amount);
        emit Credited(account, amount);
    }

    function _credit(address account, uint256 amount) internal {
        if (amount == 0) return;
        totalOwed += uint128(amount);
        _creditShare(account, amount);
    }

    function _payOut(address account) internal returns (uint256 amount) {
        amount = _accounts[account].owed;
        if (amount == 0) revert VaultNothingToWithdraw(account);
        _accounts[account].owed = 0;
        totalOwed -= uint128(amount);
        emit Withdrawn(account, amount);
        TOKEN.safeTransfer(account, amount);
    }

    function _getVotingUnits(address account) internal view override returns (uint256) {
        return _accounts[account].staked;
    }

    function _moveUnits(address from, address to, uint256 amount) private {
        if (from != address(0)) _accounts[from].staked -= uint128(amount);
        if (to != address(0)) _accounts[to].staked += uint128(amount);
        // Not {_transferVotingUnits}, which would keep a history of the total that nobody reads, at 27,000 gas a stake.
        _moveDelegateVotes(delegates(from), delegates(to), amount);
    }
}
