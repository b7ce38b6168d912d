// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Votes} from "@openzeppelin/contracts/governance/utils/Votes.sol";
import {KeeperToken} from "../../src/KeeperToken.sol";
import {IBondVault} from "../../src/interfaces/IBondVault.sol";
import {ZooFixture} from "../ZooFixture.sol";

contract KeeperTokenTest is ZooFixture {
    function test_givesTheWholeSupplyToItsFirstHolder() public {
        KeeperToken token = new KeeperToken(bob, 7 ether);
        equal(token.balanceOf(bob), 7 ether, "balance");
        equal(token.totalSupply(), 7 ether, "supply");
    }

    function test_refusesNoHolder() public {
        vm.expectRevert(abi.encodeWithSelector(KeeperToken.KeeperInvalidSupply.selector, address(0), 1));
        new KeeperToken(address(0), 1);
    }

    function test_refusesNoSupply() public {
        vm.expectRevert(abi.encodeWithSelector(KeeperToken.KeeperInvalidSupply.selector, bob, 0));
        new KeeperToken(bob, 0);
    }

    function test_refusesASupplyOf2To128() public {
        uint256 supply = uint256(type(uint128).max) + 1;
        vm.expectRevert(abi.encodeWithSelector(ERC20Votes.ERC20ExceededSafeSupply.selector, supply, type(uint128).max));
        new KeeperToken(bob, supply);
    }

    function test_hasNameSymbolAndDecimals() public view {
        equal(keccak256(bytes(keeper.name())), keccak256("Keeper"), "name");
        equal(keccak256(bytes(keeper.symbol())), keccak256("KEEPER"), "symbol");
        equal(keeper.decimals(), 18, "decimals");
    }

    function test_countsTimeInSeconds() public view {
        equal(keeper.clock(), block.timestamp, "clock");
        equal(keccak256(bytes(keeper.CLOCK_MODE())), keccak256("mode=timestamp"), "mode");
    }

    function test_countsNoVoteBeforeDelegation() public {
        keeper.transfer(guardian, 5 ether);
        equal(keeper.getVotes(guardian), 0, "votes");
    }

    function test_countsVotesFromDelegationOn() public {
        keeper.transfer(guardian, 5 ether);
        vm.prank(guardian);
        keeper.delegate(dave);
        equal(keeper.getVotes(dave), 50_005 ether, "votes");
    }

    function test_answersForThePastOnly() public {
        vm.expectRevert(
            abi.encodeWithSelector(Votes.ERC5805FutureLookup.selector, block.timestamp, uint48(block.timestamp))
        );
        keeper.getPastVotes(alice, block.timestamp);
    }

    function test_burnsFromSupplyAndVotes() public {
        vm.prank(alice);
        keeper.burn(1 ether);
        equal(keeper.totalSupply(), SUPPLY - 1 ether, "supply");
        equal(keeper.getVotes(alice), 299_999 ether, "votes");
    }

    function test_burnsOnlyWhatIsAllowed() public {
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(this), 0, 1));
        keeper.burnFrom(alice, 1);
    }

    function test_permitsBySignature() public {
        IBondVault.StakePermit memory permit = permitOf(0xa11ce, 3 ether);
        keeper.permit(alice, address(vault), 3 ether, permit.deadline, permit.v, permit.r, permit.s);
        equal(keeper.allowance(alice, address(vault)), 3 ether, "allowance");
        equal(keeper.nonces(alice), 1, "nonce");
    }

    function test_refusesAReplayedPermit() public {
        IBondVault.StakePermit memory permit = permitOf(0xa11ce, 3 ether);
        keeper.permit(alice, address(vault), 3 ether, permit.deadline, permit.v, permit.r, permit.s);
        vm.expectPartialRevert(ERC20Permit.ERC2612InvalidSigner.selector);
        keeper.permit(alice, address(vault), 3 ether, permit.deadline, permit.v, permit.r, permit.s);
    }

    function test_refusesAnExpiredPermit() public {
        IBondVault.StakePermit memory permit = permitOf(0xa11ce, 3 ether);
        vm.warp(permit.deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(ERC20Permit.ERC2612ExpiredSignature.selector, permit.deadline));
        keeper.permit(alice, address(vault), 3 ether, permit.deadline, permit.v, permit.r, permit.s);
    }

    function test_hasNoWayToMint() public {
        (bool done,) = address(keeper).call(abi.encodeWithSignature("mint(address,uint256)", alice, 1));
        isFalse(done, "mint exists");
    }
}
