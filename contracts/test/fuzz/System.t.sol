// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {IBondVault} from "../../src/interfaces/IBondVault.sol";
import {IExperienceRegistry} from "../../src/interfaces/IExperienceRegistry.sol";
import {ITreasury} from "../../src/interfaces/ITreasury.sol";
import {BrightIdPersonhood} from "../../src/personhood/BrightIdPersonhood.sol";
import {WorldIdPersonhood} from "../../src/personhood/WorldIdPersonhood.sol";
import {LocalWorldId} from "../mocks/LocalWorldId.sol";
import {ZooFixture} from "../ZooFixture.sol";

/// @notice Properties of the whole system.
contract SystemPropertiesTest is ZooFixture {
    address private one = address(0x111);
    address private two = address(0x222);

    /// @dev Two accounts that hold these amounts, of 200,000 KEEPER in all.
    function holders(uint256 first, uint256 second) private {
        vm.prank(bob);
        keeper.transfer(address(this), 200_000 ether);
        fund(one, first);
        fund(two, second);
        vm.warp(block.timestamp + 1);
    }

    function testFuzz_transfersMoveVotes(uint256 amount) public {
        amount = bound(amount, 0, 300_000 ether);
        vm.prank(alice);
        keeper.transfer(bob, amount);
        equal(keeper.getVotes(alice), 300_000 ether - amount, "alice");
        equal(keeper.getVotes(bob), 200_000 ether + amount, "bob");
    }

    function testFuzz_stateFollowsTheArithmetic(uint256 forVotes, uint256 against) public {
        forVotes = bound(forVotes, 1, 150_000 ether);
        against = bound(against, 1, 190_000 ether - forVotes);
        holders(forVotes, against);
        uint256 id = propose(alice, smallPlan("a"));
        open(id);
        vote(one, id, FOR);
        vote(two, id, AGAINST);
        close(id);
        bool quorum = forVotes + against >= 100_000 ether;
        bool majority = forVotes * 100 >= (forVotes + against) * 66;
        isIn(id, quorum && majority ? IGovernor.ProposalState.Succeeded : IGovernor.ProposalState.Defeated);
    }

    function testFuzz_stakingKeepsEveryVote(uint256 stake) public {
        stake = bound(stake, 1 ether, 10_000 ether);
        govern(address(governor), abi.encodeCall(governor.setProposalBond, (stake)));
        propose(eve, smallPlan("a"));
        vm.warp(block.timestamp + 1);
        equal(governor.getVotes(eve, block.timestamp - 1), 10_000 ether, "votes");
    }

    function testFuzz_tallyNeverExceedsTheSupply(uint8[5] calldata choices, uint256 burned) public {
        address[5] memory voters = [alice, bob, carol, dave, eve];
        uint256 id = propose(alice, smallPlan("a"));
        burned = bound(burned, 0, 200_000 ether);
        vm.prank(bob);
        keeper.burn(burned);
        open(id);
        for (uint256 index = 0; index < 5; ++index) {
            vote(voters[index], id, choices[index] % 3);
        }
        (uint256 against, uint256 forVotes, uint256 abstain) = governor.proposalVotes(id);
        atMost(against + forVotes + abstain, keeper.getPastTotalSupply(governor.proposalSnapshot(id)), "tally");
    }

    function testFuzz_rewardIsInProportionToTheVotes(uint256 forVotes, uint256 pool) public {
        forVotes = bound(forVotes, 100_000 ether, 200_000 ether);
        pool = bound(pool, 1, 100_000 ether);
        holders(forVotes, 0);
        fundRewards(pool);
        Plan memory plan = smallPlan("a");
        uint256 id = propose(alice, plan);
        open(id);
        vote(one, id, FOR);
        close(id);
        ripen(plan);
        execute(plan);
        vault.settle(id);
        uint256 earned = (1000 ether * forVotes) / SUPPLY;
        uint256 given = vault.owed(alice) - BOND + vault.due(alice);
        isTrue(given <= earned && earned - given < vault.DUE_UNIT(), "earned, less than a unit of what is due aside");
        atMost(vault.owed(alice) - BOND, pool, "paid");
        vaultIsWhole();
    }

    function testFuzz_maliciousLosesItsPenalty(uint256 stake, uint256 bps) public {
        stake = bound(stake, 1 ether, 10_000 ether);
        bps = bound(bps, 1, 10_000);
        govern(address(governor), abi.encodeCall(governor.setProposalBond, (stake)));
        govern(address(governor), abi.encodeCall(governor.setSlashingPenalty, (bps)));
        uint256 supply = keeper.totalSupply();
        Plan memory plan = smallPlan("malicious");
        uint256 id = propose(eve, plan);
        cancel(guardian, plan);
        vault.settle(id);
        uint256 burned = supply - keeper.totalSupply();
        equal(burned, (stake * bps + 9999) / 10_000, "burned");
        equal(vault.owed(eve), stake - burned, "refunded");
    }

    function testFuzz_sharesOfADefeatAreInProportion(uint256 first, uint256 second) public {
        first = bound(first, 50_000 ether, 100_000 ether);
        second = bound(second, 50_000 ether, 100_000 ether);
        govern(address(governor), abi.encodeCall(governor.setDefeatMode, (IBondVault.DefeatMode.ShareAmongOpponents)));
        holders(first, second);
        uint256 id = propose(alice, smallPlan("a"));
        open(id);
        vote(one, id, AGAINST);
        vote(two, id, AGAINST);
        close(id);
        vault.settle(id);
        vault.claimDefeatShare(id, one);
        vault.claimDefeatShare(id, two);
        equal(vault.owed(one), (BOND * first) / (first + second), "one");
        atMost(vault.owed(one) + vault.owed(two), BOND, "both");
        vaultIsWhole(BOND - vault.owed(one) - vault.owed(two));
    }

    function testFuzz_submissionsStakeByReputation(uint8 rejections) public {
        uint256 count = bound(rejections, 0, 8);
        uint256[] memory ids = new uint256[](count);
        for (uint256 index = 0; index < count; ++index) {
            ids[index] = submit(dave);
        }
        publishWith(none(), ids);
        uint256 multiplier = count >= 4 ? 5 : 1 + count;
        equal(registry.requiredStake(dave), STAKE * multiplier, "stake");
        equal(keeper.totalSupply(), SUPPLY - STAKE * count, "burned");
        vaultIsWhole();
    }

    function testFuzz_onlyTheNextVersionComesIntoForce(uint64 seq, bytes32 previous) public {
        publishNext();
        vm.assume(seq != 2 || previous != registry.latest().commitHash);
        IExperienceRegistry.Update memory update = updateOf(1);
        (update.seq, update.previous) = (seq, previous);
        Plan memory plan = updatePlan(update, none(), none(), "wrong");
        succeed(plan);
        ripen(plan);
        vm.expectRevert();
        execute(plan);
        equal(registry.versionCount(), 1, "versions");
    }

    function testFuzz_nobodyButTheTimelockPublishes(address caller) public {
        IExperienceRegistry.Update memory update = updateOf(1);
        vm.assume(caller != address(timelock));
        vm.prank(caller);
        vm.expectRevert(abi.encodeWithSelector(IExperienceRegistry.RegistryOnlyGovernance.selector, caller));
        registry.publish(update, none(), none());
    }

    function testFuzz_nobodyButTheTimelockMovesTheTreasury(address caller, uint256 amount) public {
        vm.assume(caller != address(timelock));
        bytes memory why = abi.encodeWithSelector(ITreasury.TreasuryOnlyGovernance.selector, caller);
        vm.startPrank(caller);
        vm.expectRevert(why);
        treasury.allocate(caller, address(keeper), amount, "");
        vm.expectRevert(why);
        treasury.fundRewards(amount);
        vm.stopPrank();
        equal(keeper.balanceOf(address(treasury)), 200_000 ether, "treasury");
    }

    function testFuzz_allocationsNeverExceedTheFunds(uint256[4] calldata amounts) public {
        uint256 sum;
        for (uint256 index = 0; index < 4; ++index) {
            uint256 amount = bound(amounts[index], 1, 120_000 ether);
            vm.prank(address(timelock));
            try treasury.allocate(eve, address(keeper), amount, "") {
                sum += amount;
            } catch {
                isTrue(sum + amount > 200_000 ether, "refused without need");
            }
        }
        equal(treasury.reserved(address(keeper)), sum, "reserved");
        atMost(sum, 200_000 ether, "allocated");
        for (uint256 id = 1; id <= 4; ++id) {
            vm.prank(eve);
            try treasury.claim(id) {} catch {}
        }
        equal(keeper.balanceOf(address(treasury)), 200_000 ether - sum, "left");
    }

    function testFuzz_nobodyIsAPersonUnasked(address account) public {
        BrightIdPersonhood bright = new BrightIdPersonhood(guardian, "zoo");
        WorldIdPersonhood world = new WorldIdPersonhood(new LocalWorldId(), 1, "app", "act");
        isFalse(bright.isPerson(account), "bright");
        isFalse(world.isPerson(account), "world");
    }

    function testFuzz_foreignSignaturesMakeNoPerson(uint256 key, address account) public {
        key = bound(key, 1, type(uint128).max);
        BrightIdPersonhood bright = new BrightIdPersonhood(guardian, "zoo");
        vm.assume(vm.addr(key) != guardian);
        address[] memory accounts = new address[](1);
        accounts[0] = account;
        bytes32 message = keccak256(abi.encodePacked(bytes32("zoo"), accounts, block.timestamp));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, message);
        vm.expectRevert();
        bright.verify(accounts, block.timestamp, v, r, s);
    }
}
