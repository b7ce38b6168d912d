// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IExperienceRegistry} from "../../src/interfaces/IExperienceRegistry.sol";
import {ZooFixture} from "../ZooFixture.sol";

/// @notice What each step costs as a transaction of its own, with its limit; contracts/gas/GasTest.json keeps the figures.
contract GasTest is ZooFixture {
    function costs(string memory name, uint256 limit) private {
        atMost(vm.snapshotGasLastCall(name), limit, name);
    }

    /// @dev The limits are those of the project; bench/gas.ts prints the same beside OpenZeppelin's Governor as it comes.
    function test_gas_ofALibraryUpdate() public {
        publishNext();
        fundRewards(10_000 ether);
        Plan memory plan = updatePlan(updateOf(2), none(), none(), "first of bob");
        vm.prank(bob);
        uint256 id = governor.propose(plan.targets, plan.values, plan.calldatas, plan.description);
        costs("propose", 190_000);
        open(id);
        vm.prank(alice);
        governor.castVote(id, FOR);
        costs("first vote", 85_000);
        vm.prank(bob);
        governor.castVote(id, FOR);
        costs("next vote", 68_000);
        close(id);
        bytes32 hash = keccak256(bytes(plan.description));
        governor.queue(plan.targets, plan.values, plan.calldatas, hash);
        costs("queue", 155_000);
        vm.warp(block.timestamp + TIMELOCK_DELAY);
        governor.execute(plan.targets, plan.values, plan.calldatas, hash);
        costs("execute a later root update", 150_000);
        vault.settle(id);
        costs("settle an executed proposal", 85_000);
        plan = updatePlan(updateOf(3), none(), none(), "second of bob");
        vm.prank(bob);
        governor.propose(plan.targets, plan.values, plan.calldatas, plan.description);
        costs("propose again", 172_000);
    }

    function test_gas_ofASettlementWithAnEmptyPool() public {
        uint256 id = pass(smallPlan("a"));
        vault.settle(id);
        costs("settle an executed proposal, its reward due", 85_000);
    }

    function test_gas_ofTheFirstProposalOfAll() public {
        Plan memory plan = smallPlan("a");
        vm.prank(alice);
        governor.propose(plan.targets, plan.values, plan.calldatas, plan.description);
        costs("propose something small, the first of all", 198_000);
        uint256 id = idOf(plan);
        close(id);
        vault.settle(id);
        costs("settle a defeated proposal", 137_000);
    }

    function test_gas_ofSubmissions() public {
        submit(eve);
        vm.prank(eve);
        registry.submit(keccak256("r"), keccak256("c"));
        costs("submit an experience", 173_000);
    }

    function test_gas_ofMoney() public {
        vault.settle(pass(smallPlan("a")));
        vm.prank(alice);
        vault.withdraw();
        costs("withdraw", 50_000);
        fundRewards(10 ether);
        vault.collectDue(alice);
        costs("collect what is due", 37_000);
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
