#!/usr/bin/env bash
# Regenerates the library of a project: train with a budget, evaluate, lint, and propose the result as a pull request.
# Exits 3 when the library makes answers worse, when the gate refused it or when lint finds an error, 4 when the budget ran out.
set -euo pipefail

read -r -a zoo <<< "${ZOO:-zoo}"      # how zoo is called
dataset=${DATASET:?names the problems to learn from}
held_out=${EVAL_DATASET:-$dataset}    # problems to measure on; better other ones
samples=${SAMPLES:-8}
library=${ZOO_LIBRARY:-library}
runs=${ZOO_RUNS:-runs}
out=${OUT:-regeneration}              # what the job keeps
branch=${BRANCH:-zoo/regenerate}
run=${RUN:-regenerate-${GITHUB_RUN_ID:-local}}

# The branch is pushed over, so it must be a name, and not the branch that the proposal is made to.
git check-ref-format --branch "$branch" > /dev/null
if [ "$branch" = "$(git branch --show-current)" ]; then
  echo "The proposal needs a branch of its own, and $branch is checked out: set BRANCH." >&2
  exit 2
fi
mkdir -p "$out"
rm -f "$out/comment.md" "$out/eval.md"

"${zoo[@]}" ledger export --library "$library" --format json > "$out/before.json"

# 1. Train. Provider, model and budget come from zoo.config.json or from ZOO_PROVIDER, ZOO_MAX_COST and the like.
trained=0
"${zoo[@]}" train --dataset "$dataset" --run "$run" --library "$library" --runs "$runs" --no-live --json \
  > "$out/train.json" || trained=$?
# 3: the gate kept nothing, and the library is as it was.
if [ "$trained" -ne 0 ] && [ "$trained" -ne 3 ]; then exit "$trained"; fi
differs=0
"${zoo[@]}" ledger diff "$out/before.json" working --library "$library" --exit-code --stat > /dev/null || differs=$?
if [ "$differs" -eq 0 ]; then
  echo "Nothing was learned; there is nothing to propose."
  exit "$trained"
fi
if [ "$differs" -ne 1 ]; then exit "$differs"; fi

# 2. Measure with and without it, on the same problems. 3. Check what it says. Both are told before the job ends.
measured=0
trained_on=()
if [ "$held_out" = "$dataset" ]; then trained_on=(--allow-trained-on); fi # the comment says so then
"${zoo[@]}" eval --dataset "$held_out" --samples "$samples" --library "$library" ${trained_on[@]+"${trained_on[@]}"} \
  --markdown "$out/eval.md" --junit "$out/eval.xml" --json --fail-on-regression > "$out/eval.json" || measured=$?
lint=0
"${zoo[@]}" ledger lint --library "$library" --sarif > "$out/lint.sarif" || lint=$?

# 4. What a reviewer reads: the difference word by word, with evidence and cost, then the measurement.
"${zoo[@]}" ledger diff "$out/before.json" working --library "$library" --runs "$runs" --markdown > "$out/comment.md"
{
  echo
  if [ -f "$out/eval.md" ]; then
    cat "$out/eval.md"
  else
    echo "**It could not be measured**: \`zoo eval\` ended with $measured; the job's log says why."
  fi
  echo
  case $lint in
    0) echo "Lint: no error." ;;
    3) echo "**Lint found errors**; see lint.sarif." ;;
    *) echo "**Lint did not run**: it ended with $lint." ;;
  esac
  echo
  echo "To go through it again without an endpoint, put the artifact's run into \`$runs/$run\` and run"
  echo "\`zoo train --replay $run --library again\`; \`again/records\` is then the same, byte by byte."
} >> "$out/comment.md"
if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then cat "$out/comment.md" >> "$GITHUB_STEP_SUMMARY"; fi
rm -rf "$out/run"
cp -r "$runs/$run" "$out/run"

# 5. Propose it.
git switch --quiet --force-create "$branch"
git add -- "$library"
git commit --quiet --message "Regenerate the library on $dataset"
if [ -n "${PUSH_TO:-}" ]; then
  git push --quiet --force "$PUSH_TO" "refs/heads/$branch:refs/heads/$branch"
  if [ "$(gh pr list --head "$branch" --state open --json number --jq length)" = 0 ]; then
    gh pr create --head "$branch" --title "Regenerate the library on $dataset" --body-file "$out/comment.md"
  else
    gh pr comment "$branch" --body-file "$out/comment.md"
  fi
fi

if [ "$measured" -ne 0 ]; then exit "$measured"; fi
exit "$lint"
