// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IBondVault} from "./interfaces/IBondVault.sol";
import {ITreasury} from "./interfaces/ITreasury.sol";

/// @title Funds of the DAO, moved by vote alone
contract Treasury is ITreasury, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @notice Executes what governance decides: the timelock.
    address public immutable GOVERNANCE;
    IERC20 public immutable KEEPER;
    IBondVault public immutable VAULT;

    uint256 private _allocations;
    mapping(uint256 allocationId => Allocation) private _allocationOf;
    mapping(address token => uint256) private _reserved;

    constructor(address governance, IERC20 keeper, IBondVault vault) {
        if (governance == address(0) || address(keeper) == address(0) || address(vault) == address(0)) {
            revert TreasuryZeroAddress();
        }
        GOVERNANCE = governance;
        KEEPER = keeper;
        VAULT = vault;
    }

    modifier onlyGovernance() {
        if (msg.sender != GOVERNANCE) revert TreasuryOnlyGovernance(msg.sender);
        _;
    }

    receive() external payable {
        emit Received(msg.sender, msg.value);
    }

    /// @inheritdoc ITreasury
    function allocate(address beneficiary, address token, uint256 amount, string calldata memo)
        external
        onlyGovernance
        returns (uint256 allocationId)
    {
        if (beneficiary == address(0)) revert TreasuryZeroAddress();
        if (amount == 0) revert TreasuryInvalidAmount(amount);
        _checkAvailable(token, amount);
        _reserved[token] += amount;
        allocationId = ++_allocations;
        _allocationOf[allocationId] =
            Allocation({beneficiary: beneficiary, token: token, amount: amount, claimed: false, revoked: false});
        emit Allocated(allocationId, beneficiary, token, amount, memo);
    }

    /// @inheritdoc ITreasury
    function revoke(uint256 allocationId) external onlyGovernance {
        Allocation storage open = _open(allocationId);
        open.revoked = true;
        _reserved[open.token] -= open.amount;
        emit Revoked(allocationId);
    }

    /// @inheritdoc ITreasury
    function claim(uint256 allocationId) external nonReentrant {
        Allocation storage open = _open(allocationId);
        if (open.beneficiary != msg.sender) revert TreasuryNotBeneficiary(allocationId, msg.sender);
        open.claimed = true;
        _reserved[open.token] -= open.amount;
        emit Claimed(allocationId, msg.sender, open.token, open.amount);
        if (open.token != address(0)) {
            IERC20(open.token).safeTransfer(msg.sender, open.amount);
            return;
        }
        (bool sent,) = msg.sender.call{value: open.amount}("");
        if (!sent) revert TreasuryTransferFailed(msg.sender, open.amount);
    }

    /// @inheritdoc ITreasury
    function fundRewards(uint256 amount) external onlyGovernance nonReentrant {
        _checkAvailable(address(KEEPER), amount);
        emit RewardsFunded(amount);
        KEEPER.forceApprove(address(VAULT), amount);
        VAULT.fundRewards(amount);
    }

    /// @inheritdoc ITreasury
    function allocation(uint256 allocationId) external view returns (Allocation memory) {
        if (_allocationOf[allocationId].beneficiary == address(0)) revert TreasuryUnknownAllocation(allocationId);
        return _allocationOf[allocationId];
    }

    /// @inheritdoc ITreasury
    function reserved(address token) external view returns (uint256) {
        return _reserved[token];
    }

    /// @inheritdoc ITreasury
    function available(address token) public view returns (uint256) {
        uint256 held = token == address(0) ? address(this).balance : IERC20(token).balanceOf(address(this));
        uint256 aside = _reserved[token];
        return held > aside ? held - aside : 0;
    }

    function _checkAvailable(address token, uint256 amount) private view {
        uint256 free = available(token);
        if (amount > free) revert TreasuryInsufficient(token, free, amount);
    }

    function _open(uint256 allocationId) private view returns (Allocation storage open) {
        open = _allocationOf[allocationId];
        if (open.beneficiary == address(0)) revert TreasuryUnknownAllocation(allocationId);
        if (open.claimed) revert TreasuryAlreadyClaimed(allocationId);
        if (open.revoked) revert TreasuryRevoked(allocationId);
    }
}
