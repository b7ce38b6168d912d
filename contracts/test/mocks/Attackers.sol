// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ITreasury} from "../../src/interfaces/ITreasury.sol";
import {KeeperToken} from "../../src/KeeperToken.sol";

/// @notice Claims again while it is being paid.
contract ReentrantBeneficiary {
    ITreasury private immutable TREASURY;
    uint256 private _id;
    bool public triedAgain;
    bytes4 public refusal;

    constructor(ITreasury treasury) {
        TREASURY = treasury;
    }

    function claim(uint256 id) external {
        _id = id;
        TREASURY.claim(id);
    }

    receive() external payable {
        if (triedAgain) return;
        triedAgain = true;
        try TREASURY.claim(_id) {
            refusal = 0;
        } catch (bytes memory why) {
            refusal = bytes4(why);
        }
    }
}

/// @notice A token that calls back into whoever moves it, as the KEEPER of a hostile deployment might.
contract ReentrantToken is ERC20 {
    address private _target;
    bytes private _call;
    bool public tried;
    bytes4 public refusal;

    constructor() ERC20("Hostile", "HOSTILE") {
        _mint(msg.sender, 1_000_000 ether);
    }

    function arm(address target, bytes calldata data) external {
        (_target, _call, tried) = (target, data, false);
    }

    function clock() external view returns (uint48) {
        return uint48(block.timestamp);
    }

    function stake(address owner, uint256 amount) external {
        _transfer(owner, msg.sender, amount);
    }

    function unstake(address, address to, uint256 amount) external {
        if (to == address(0)) _burn(msg.sender, amount);
        else _transfer(msg.sender, to, amount);
    }

    function permit(address, address, uint256, uint256, uint8, bytes32, bytes32) external {
        _callBack();
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        _callBack();
    }

    function _callBack() private {
        if (_target == address(0) || tried) return;
        tried = true;
        (bool done, bytes memory why) = _target.call(_call);
        refusal = done ? bytes4(0) : bytes4(why);
    }
}

/// @notice Lends tokens for one transaction.
contract FlashLender {
    KeeperToken private immutable KEEPER;

    constructor(KeeperToken keeper) {
        KEEPER = keeper;
    }

    function lend(FlashVoter borrower, uint256 amount) external {
        KEEPER.transfer(address(borrower), amount);
        borrower.use();
        KEEPER.transferFrom(address(borrower), address(this), amount);
    }
}

/// @notice Tries to vote with what it borrowed.
contract FlashVoter {
    KeeperToken private immutable KEEPER;
    IGovernor private immutable GOVERNOR;
    uint256 private immutable PROPOSAL;
    uint256 public weight;

    constructor(KeeperToken keeper, IGovernor governor, uint256 proposal) {
        KEEPER = keeper;
        GOVERNOR = governor;
        PROPOSAL = proposal;
    }

    function use() external {
        KEEPER.delegate(address(this));
        weight = GOVERNOR.castVote(PROPOSAL, 1);
        KEEPER.approve(msg.sender, type(uint256).max);
    }
}
