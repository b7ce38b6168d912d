#!/usr/bin/env bash
# Regenerates the library of a project: train with a budget, evaluate, lint, and propose the result as a pull request.
# Exits 3 when the library makes answers worse, when the gate refused it or when lint finds an error, 4 when the budget ran out.
set -euo pipefail

zoo=${ZOO:-zoo}                       # how zoo is called
dataset=${DATASET:?names the problems to learn from}
held_out=${EVAL_DATASET:-$dataset}    # problems to measure on; better other ones
samples=${SAMPLES:-8}
library=${ZOO_LIBRARY:-library}
runs=${ZOO_RUNS:-runs}
out=${OUT:-regeneration}              # what the job keeps
branch=${BRANCH:-zoo/regenerate}
run=${RUN:-regenerate-${GITHUB_RUN_ID:-local}}
mkdir -p "$out"

$zoo ledger export --library "$library" --format json > "$out/before.json"

# 1. Train. Provider, model and budget come from zoo.config.json or from ZOO_PROVIDER, ZOO_MAX_COST and the like.
trained=0
$zoo train --dataset "$dataset" --run "$run" --library "$library" --runs "$runs" --no-live --json > "$out/train.json" || trained=$?
# 3: the gate kept nothing, and the library is as it was.
if [ "$trained" -ne 0 ] && [ "$trained" -ne 3 ]; then exit "$trained"; fi
if $zoo ledger diff "$out/before.json" working --library "$library" --exit-code --stat > /dev/null; then
  echo "Nothing was learned; there is nothing to propose."
  exit 0
fi

# 2. Measure with and without it, on the same problems. 3. Check what it says. Both are told before the job ends.
verdict=0
trained_on=()
if [ "$held_out" = "$dataset" ]; then trained_on=(--allow-trained-on); fi # the comment says so then
$zoo eval --dataset "$held_out" --samples "$samples" --library "$library" "${trained_on[@]}" \
  --markdown "$out/eval.md" --junit "$out/eval.xml" --json --fail-on-regression > "$out/eval.json" || verdict=$?
lint=0
$zoo ledger lint --library "$library" --sarif > "$out/lint.sarif" || lint=$?

# 4. What a reviewer reads: the difference word by word, with evidence and cost, then the measurement.
$zoo ledger diff "$out/before.json" working --library "$library" --runs "$runs" --markdown > "$out/comment.md"
if [ -f "$out/eval.md" ]; then cat "$out/eval.md" >> "$out/comment.md"; fi
{
  echo
  [ "$lint" = 0 ] && echo "Lint: no error." || echo "**Lint found errors**; see lint.sarif."
  echo
  echo "To go through it again without an endpoint, put the artifact's run into \`$runs/$run\` and run"
  echo "\`zoo train --replay $run --library again\`; \`again/records\` is then the same, byte by byte."
} >> "$out/comment.md"
cp -r "$runs/$run" "$out/run"

# 5. Propose it.
git switch --quiet --force-create "$branch"
git add -- "$library"
git commit --quiet --message "Regenerate the library on $dataset"
if [ -n "${PUSH_TO:-}" ]; then
  git push --quiet --force "$PUSH_TO" "$branch"
  if ! gh pr create --head "$branch" --title "Regenerate the library on $dataset" --body-file "$out/comment.md"; then
    gh pr comment "$branch" --body-file "$out/comment.md"
  fi
fi

if [ "$verdict" != 0 ]; then exit "$verdict"; fi
exit "$lint"
