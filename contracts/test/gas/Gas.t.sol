// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IExperienceRegistry} from "../../src/interfaces/IExperienceRegistry.sol";
import {ZooFixture} from "../ZooFixture.sol";

/// @notice What each step costs as a transaction of its own, with its limit; contracts/gas/GasTest.json keeps the figures.
contract GasTest is ZooFixture {
    function costs(string memory name, uint256 limit) private {
        atMost(vm.snapshotGasLastCall(name), limit, name);
    }

    function test_gas_ofALibraryUpdate() public {
        fundRewards(10_000 ether);
        vault.settle(publishNext());
        IExperienceRegistry.Update memory update = updateOf(2);
        vm.prank(bob);
        governor.proposeLibraryUpdate(update, none(), none(), "first of bob");
        Plan memory plan = updatePlan(update, none(), none(), "second of bob");
        vm.prank(bob);
        uint256 id = governor.propose(plan.targets, plan.values, plan.calldatas, plan.description);
        costs("propose", 198_000);
        open(id);
        vm.prank(alice);
        governor.castVote(id, FOR);
        costs("first vote", 93_000);
        vm.prank(bob);
        governor.castVote(id, FOR);
        costs("next vote", 76_000);
        close(id);
        bytes32 hash = keccak256(bytes(plan.description));
        governor.queue(plan.targets, plan.values, plan.calldatas, hash);
        costs("queue", 155_000);
        vm.warp(block.timestamp + TIMELOCK_DELAY);
        governor.execute(plan.targets, plan.values, plan.calldatas, hash);
        costs("execute a later root update", 320_000);
        vault.settle(id);
        costs("settle an executed proposal", 142_000);
    }

    function test_gas_ofASmallProposal() public {
        propose(bob, smallPlan("first of bob"));
        propose(bob, smallPlan("second of bob"));
        costs("propose something small", 190_000);
    }

    function test_gas_ofAFirstProposal() public {
        Plan memory plan = smallPlan("a");
        vm.prank(alice);
        governor.propose(plan.targets, plan.values, plan.calldatas, plan.description);
        costs("propose for the first time", 325_000);
        uint256 id = idOf(plan);
        close(id);
        vault.settle(id);
        costs("settle a defeated proposal", 137_000);
    }

    function test_gas_ofSubmissions() public {
        submit(eve);
        vm.prank(eve);
        registry.submit(keccak256("r"), keccak256("c"));
        costs("submit an experience", 200_000);
    }

    function test_gas_ofMoney() public {
        vault.settle(pass(smallPlan("a")));
        vm.prank(alice);
        vault.withdraw();
        costs("withdraw", 75_000);
        fundRewards(10 ether);
        vault.collectDue(alice);
        costs("collect what is due", 80_000);
    }

    function test_gas_ofAProofOfAThousand() public {
        string memory json = vm.readFile("contracts/test/fixtures/inclusion.json");
        string memory at = string.concat(".cases[", vm.toString(vm.parseJsonUint(json, ".count") - 1), "]");
        IExperienceRegistry.Update memory update = updateOf(1);
        update.recordsRoot = vm.parseJsonBytes32(json, string.concat(at, ".recordsRoot"));
        update.size = uint64(vm.parseJsonUint(json, string.concat(at, ".size")));
        bytes memory record = vm.parseJsonBytes(json, string.concat(at, ".record"));
        bytes memory path = vm.parseJsonBytes(json, string.concat(at, ".path"));
        uint64 index = uint64(vm.parseJsonUint(json, string.concat(at, ".index")));
        pass(updatePlan(update, none(), none(), "a thousand"));
        isTrue(registry.verifyInclusion(1, index, record, path), "holds");
        costs("verify inclusion in a thousand", 25_000);
    }
}
