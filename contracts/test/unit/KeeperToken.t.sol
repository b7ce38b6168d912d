// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Votes} from "@openzeppelin/contracts/governance/utils/Votes.sol";
import {KeeperToken} from "../../src/KeeperToken.sol";
import {IKeeperToken} from "../../src/interfaces/IKeeperToken.sol";
import {IBondVault} from "../../src/interfaces/IBondVault.sol";
import {ZooFixture} from "../ZooFixture.sol";

contract KeeperTokenTest is ZooFixture {
    function test_givesTheWholeSupplyToItsFirstHolder() public {
        KeeperToken token = new KeeperToken(bob, 7 ether);
        equal(token.balanceOf(bob), 7 ether, "balance");
        equal(token.totalSupply(), 7 ether, "supply");
    }

    function test_refusesNoHolder() public {
        vm.expectRevert(abi.encodeWithSelector(IKeeperToken.KeeperInvalidSupply.selector, address(0), 1));
        new KeeperToken(address(0), 1);
    }

    function test_refusesNoSupply() public {
        vm.expectRevert(abi.encodeWithSelector(IKeeperToken.KeeperInvalidSupply.selector, bob, 0));
        new KeeperToken(bob, 0);
    }

    function test_refusesASupplyOf2To96() public {
        uint256 supply = uint256(type(uint96).max) + 1;
        vm.expectRevert(abi.encodeWithSelector(ERC20Votes.ERC20ExceededSafeSupply.selector, supply, type(uint96).max));
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

    // -------------------------------------------------------------------------------------------------- stakes

    function test_bindsItsVaultOnce() public {
        KeeperToken token = new KeeperToken(bob, 7 ether);
        vm.expectRevert(IKeeperToken.KeeperZeroAddress.selector);
        token.bind(address(0));
        vm.expectEmit(address(token));
        emit IKeeperToken.VaultBound(carol);
        token.bind(carol);
        equal(token.vault(), carol, "vault");
        vm.expectRevert(IKeeperToken.KeeperAlreadyBound.selector);
        token.bind(dave);
    }

    function test_onlyItsDeployerBindsTheVault() public {
        KeeperToken token = new KeeperToken(bob, 7 ether);
        vm.prank(bob);
        vm.expectRevert(abi.encodeWithSelector(IKeeperToken.KeeperOnlyDeployer.selector, bob));
        token.bind(bob);
    }

    function test_onlyTheVaultStakes() public {
        bytes memory why = abi.encodeWithSelector(IKeeperToken.KeeperOnlyVault.selector, alice);
        vm.startPrank(alice);
        vm.expectRevert(why);
        keeper.stake(alice, 1 ether);
        vm.expectRevert(why);
        keeper.unstake(alice, alice, 0);
    }

    function test_nobodyStakesBeforeTheVaultIsBound() public {
        KeeperToken token = new KeeperToken(bob, 7 ether);
        vm.expectRevert(abi.encodeWithSelector(IKeeperToken.KeeperOnlyVault.selector, address(this)));
        token.stake(bob, 1 ether);
    }

    function test_stakesOnlyWhatItsOwnerAllowed() public {
        vm.prank(alice);
        keeper.approve(address(vault), 5 ether);
        vm.startPrank(address(vault));
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(vault), 5 ether, 6 ether)
        );
        keeper.stake(alice, 6 ether);
        keeper.stake(alice, 5 ether);
        equal(keeper.allowance(alice, address(vault)), 0, "used up");
    }

    function test_stakesOnlyWhatItsOwnerHas() public {
        vm.prank(address(vault));
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, eve, 10_000 ether, 10_001 ether)
        );
        keeper.stake(eve, 10_001 ether);
    }

    function test_aStakeKeepsItsVote() public {
        vm.expectEmit(address(keeper));
        emit IKeeperToken.Staked(eve, 4000 ether);
        vm.prank(address(vault));
        keeper.stake(eve, 4000 ether);
        equal(keeper.balanceOf(eve), 6000 ether, "held");
        equal(keeper.stakedOf(eve), 4000 ether, "staked");
        equal(keeper.totalStaked(), 4000 ether, "all stakes");
        equal(keeper.balanceOf(address(vault)), 4000 ether, "in the vault");
        equal(keeper.getVotes(eve), 10_000 ether, "votes");
    }

    function test_aStakeBackInTheHandsOfItsOwnerVotesOnce() public {
        vm.startPrank(address(vault));
        keeper.stake(eve, 4000 ether);
        vm.expectEmit(address(keeper));
        emit IKeeperToken.Unstaked(eve, eve, 1000 ether);
        keeper.unstake(eve, eve, 1000 ether);
        equal(keeper.balanceOf(eve), 7000 ether, "held");
        equal(keeper.stakedOf(eve), 3000 ether, "staked");
        equal(keeper.getVotes(eve), 10_000 ether, "votes");
    }

    function test_aBurnedStakeVotesNoMore() public {
        vm.startPrank(address(vault));
        keeper.stake(eve, 4000 ether);
        keeper.unstake(eve, address(0), 4000 ether);
        equal(keeper.totalSupply(), SUPPLY - 4000 ether, "supply");
        equal(keeper.getVotes(eve), 6000 ether, "votes");
        equal(keeper.totalStaked(), 0, "all stakes");
        vm.warp(block.timestamp + 1);
        equal(keeper.getPastTotalSupply(block.timestamp - 1), SUPPLY - 4000 ether, "supply that quorums are taken of");
    }

    function test_aStakeThatStaysInTheVaultVotesNoMore() public {
        vm.startPrank(address(vault));
        keeper.stake(eve, 4000 ether);
        keeper.unstake(eve, address(vault), 4000 ether);
        equal(keeper.balanceOf(address(vault)), 4000 ether, "in the vault");
        equal(keeper.getVotes(eve), 6000 ether, "votes of eve");
        equal(keeper.getVotes(address(vault)), 0, "votes of the vault");
    }

    function test_endsNoMoreThanIsStaked() public {
        vm.startPrank(address(vault));
        keeper.stake(eve, 4000 ether);
        keeper.stake(bob, 4000 ether);
        vm.expectRevert(
            abi.encodeWithSelector(IKeeperToken.KeeperInsufficientStake.selector, eve, 4000 ether, 4001 ether)
        );
        keeper.unstake(eve, bob, 4001 ether);
    }

    function test_tokensSentToTheVaultAreNoStake() public {
        vm.prank(eve);
        keeper.transfer(address(vault), 1000 ether);
        equal(keeper.stakedOf(eve), 0, "staked");
        equal(keeper.getVotes(eve), 9000 ether, "votes");
    }

    function test_hasNoWayToMint() public {
        (bool done,) = address(keeper).call(abi.encodeWithSignature("mint(address,uint256)", alice, 1));
        isFalse(done, "mint exists");
    }
}
