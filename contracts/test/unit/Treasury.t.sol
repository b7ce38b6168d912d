// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IBondVault} from "../../src/interfaces/IBondVault.sol";
import {ITreasury} from "../../src/interfaces/ITreasury.sol";
import {Treasury} from "../../src/Treasury.sol";
import {ZooFixture} from "../ZooFixture.sol";

/// @notice Funds that a vote alone moves.
contract TreasuryTest is ZooFixture {
    function allocate(address token, uint256 amount) private returns (uint256) {
        vm.prank(address(timelock));
        return treasury.allocate(eve, token, amount, "for eve");
    }

    function test_refusesZeroAddresses() public {
        vm.expectRevert(ITreasury.TreasuryZeroAddress.selector);
        new Treasury(address(0), keeper, vault);
        vm.expectRevert(ITreasury.TreasuryZeroAddress.selector);
        new Treasury(address(timelock), IERC20(address(0)), vault);
        vm.expectRevert(ITreasury.TreasuryZeroAddress.selector);
        new Treasury(address(timelock), keeper, IBondVault(address(0)));
    }

    function test_onlyGovernanceMovesFunds() public {
        bytes memory why = abi.encodeWithSelector(ITreasury.TreasuryOnlyGovernance.selector, alice);
        vm.startPrank(alice);
        vm.expectRevert(why);
        treasury.allocate(alice, address(keeper), 1, "mine");
        vm.expectRevert(why);
        treasury.revoke(1);
        vm.expectRevert(why);
        treasury.fundRewards(1);
    }

    function test_aVoteAllocatesAndTheBeneficiaryClaims() public {
        govern(address(treasury), abi.encodeCall(treasury.allocate, (eve, address(keeper), 1000 ether, "for her work")));
        equal(treasury.reserved(address(keeper)), 1000 ether, "reserved");
        equal(treasury.available(address(keeper)), 199_000 ether, "available");
        vm.expectEmit(address(treasury));
        emit ITreasury.Claimed(1, eve, address(keeper), 1000 ether);
        vm.prank(eve);
        treasury.claim(1);
        equal(keeper.balanceOf(eve), 11_000 ether, "eve");
        equal(treasury.reserved(address(keeper)), 0, "reserved");
        isTrue(treasury.allocation(1).claimed, "claimed");
    }

    function test_allocatesTheChainsOwnCurrency() public {
        vm.deal(address(this), 3 ether);
        vm.expectEmit(address(treasury));
        emit ITreasury.Received(address(this), 3 ether);
        (bool sent,) = address(treasury).call{value: 3 ether}("");
        isTrue(sent, "sent");
        uint256 id = allocate(address(0), 2 ether);
        vm.prank(eve);
        treasury.claim(id);
        equal(eve.balance, 2 ether, "eve");
        equal(treasury.available(address(0)), 1 ether, "available");
    }

    function test_tellsWhenTheBeneficiaryTakesNothing() public {
        vm.deal(address(treasury), 1 ether);
        vm.prank(address(timelock));
        uint256 id = treasury.allocate(address(keeper), address(0), 1 ether, "to a contract without receive");
        vm.prank(address(keeper));
        vm.expectRevert(abi.encodeWithSelector(ITreasury.TreasuryTransferFailed.selector, address(keeper), 1 ether));
        treasury.claim(id);
    }

    function test_refusesNobodyAndNothing() public {
        vm.startPrank(address(timelock));
        vm.expectRevert(ITreasury.TreasuryZeroAddress.selector);
        treasury.allocate(address(0), address(keeper), 1, "");
        vm.expectRevert(abi.encodeWithSelector(ITreasury.TreasuryInvalidAmount.selector, 0));
        treasury.allocate(eve, address(keeper), 0, "");
    }

    function test_allocatesOnlyWhatIsThere() public {
        allocate(address(keeper), 150_000 ether);
        vm.prank(address(timelock));
        vm.expectRevert(
            abi.encodeWithSelector(ITreasury.TreasuryInsufficient.selector, address(keeper), 50_000 ether, 60_000 ether)
        );
        treasury.allocate(eve, address(keeper), 60_000 ether, "too much");
    }

    function test_claimsOnce() public {
        uint256 id = allocate(address(keeper), 1 ether);
        vm.startPrank(eve);
        treasury.claim(id);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.TreasuryAlreadyClaimed.selector, id));
        treasury.claim(id);
    }

    function test_othersDoNotClaim() public {
        uint256 id = allocate(address(keeper), 1 ether);
        vm.prank(bob);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.TreasuryNotBeneficiary.selector, id, bob));
        treasury.claim(id);
    }

    function test_aVoteTakesBackWhatWasNotClaimed() public {
        uint256 id = allocate(address(keeper), 1 ether);
        vm.prank(address(timelock));
        treasury.revoke(id);
        isTrue(treasury.allocation(id).revoked, "revoked");
        equal(treasury.available(address(keeper)), 200_000 ether, "available");
        vm.prank(eve);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.TreasuryRevoked.selector, id));
        treasury.claim(id);
    }

    function test_takesNothingBackTwice() public {
        uint256 id = allocate(address(keeper), 1 ether);
        vm.startPrank(address(timelock));
        treasury.revoke(id);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.TreasuryRevoked.selector, id));
        treasury.revoke(id);
    }

    function test_knowsItsAllocations() public {
        vm.expectRevert(abi.encodeWithSelector(ITreasury.TreasuryUnknownAllocation.selector, 5));
        treasury.allocation(5);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.TreasuryUnknownAllocation.selector, 5));
        treasury.claim(5);
    }

    function test_aVoteFundsTheRewards() public {
        govern(address(treasury), abi.encodeCall(treasury.fundRewards, (5000 ether)));
        equal(vault.rewardPool(), 5000 ether, "pool");
        equal(keeper.balanceOf(address(treasury)), 195_000 ether, "treasury");
        equal(keeper.allowance(address(treasury), address(vault)), 0, "allowance left");
    }

    function test_fundsRewardsOnlyFromWhatIsFree() public {
        allocate(address(keeper), 199_999 ether);
        vm.prank(address(timelock));
        vm.expectRevert(
            abi.encodeWithSelector(ITreasury.TreasuryInsufficient.selector, address(keeper), 1 ether, 2 ether)
        );
        treasury.fundRewards(2 ether);
    }
}
