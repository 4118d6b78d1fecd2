#!/bin/sh
# Keeps one program running where there is no systemd: starts it, starts it again when it ends, bounds its log.
#   supervise.sh NAME RUN_DIR LOG_FILE DIRECTORY ENV_FILE USER STOP_SECONDS AFTER_END COMMAND [ARGUMENT…]
# ENV_FILE, USER and AFTER_END may be `-`: none, root, nothing. AFTER_END is a command that runs each time the program
# has ended, however it did. SIGTERM ends the program and then this script.
set -u
name=$1 run_dir=$2 log=$3 directory=$4 env_file=$5 user=$6 stop_seconds=$7 after_end=$8
shift 8
max_log_bytes=10000000

umask 022
exec </dev/null >>"$log" 2>&1
cd /
trap '' HUP

# One supervisor a service. The program must not inherit the lock: it may outlive a killed supervisor.
exec 8>"$run_dir/$name.lock"
flock -n 8 || exit 0

supervisor_file=$run_dir/$name.supervisor.pid
child_file=$run_dir/$name.pid
note() { printf '%s supervisor: %s %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$name" "$*"; }
alive() { kill -0 "$1" 2>/dev/null; }

# Ends process $1: SIGTERM, and SIGKILL when it is still there after STOP_SECONDS.
end() {
  kill -TERM "$1" 2>/dev/null || return 0
  left=$((stop_seconds * 5))
  while alive "$1" && [ "$left" -gt 0 ]; do
    sleep 0.2
    left=$((left - 1))
  done
  alive "$1" && note "did not end within $stop_seconds s, killed" && kill -KILL "$1" 2>/dev/null
  return 0
}

# What the program leaves when it is killed. Its words are separated by spaces; nothing of it is worth a line here.
after_end() {
  # shellcheck disable=SC2086
  [ "$after_end" = - ] || $after_end 8>&- >/dev/null 2>&1
}

# What a supervisor that was killed left behind would stand in the way of a new one.
if [ -r "$child_file" ]; then
  old=$(cat "$child_file")
  if [ -n "$old" ] && alive "$old" && tr '\0' '\n' <"/proc/$old/cmdline" | grep -qxF -- "$1"; then
    note "ends process $old, left by an earlier supervisor"
    end "$old"
  fi
fi

# The file is opened for appending, so it can be cut while the program writes to it.
(
  exec 8>&-
  while sleep 60 && alive "$$"; do
    if [ "$(wc -c <"$log")" -gt "$max_log_bytes" ]; then
      cp "$log" "$log.1" && : >"$log"
    fi
  done
) &
rotator=$!

stopping=
child=
stop() {
  stopping=yes
  [ -n "$child" ] && kill -TERM "$child" 2>/dev/null
}
trap stop TERM INT
printf '%s\n' "$$" >"$supervisor_file"

run_child() {
  exec 8>&-
  trap - TERM INT
  cd -P "$directory" || exit 70
  if [ "$env_file" != - ]; then
    set -a
    # shellcheck source=/dev/null
    . "$env_file" || exit 70
    set +a
  fi
  # Memory holds addresses and secrets: none of it may reach a disk. Keeping it out of the swap needs systemd.
  # shellcheck disable=SC3045
  ulimit -c 0
  # As many open files as this host lets us have.
  # dash and busybox know `ulimit -n`; where a shell does not, the host's own limit stays.
  # shellcheck disable=SC3045
  ulimit -n 65535 2>/dev/null || ulimit -n "$(ulimit -H -n)" 2>/dev/null
  [ "$user" = - ] && exec "$@"
  exec setpriv --reuid "$user" --regid "$user" --init-groups --inh-caps=-all --bounding-set=-all --no-new-privs "$@"
}

quick_ends=0
while [ -z "$stopping" ]; do
  started=$(date +%s)
  run_child "$@" &
  child=$!
  printf '%s\n' "$child" >"$child_file"
  # A stop that arrived between the fork and the line above found no child to tell.
  [ -n "$stopping" ] && kill -TERM "$child" 2>/dev/null
  wait "$child"
  code=$?
  [ -n "$stopping" ] && break
  after_end
  if [ $(($(date +%s) - started)) -ge 10 ]; then quick_ends=0; else quick_ends=$((quick_ends + 1)); fi
  # Five quick restarts, then slower and slower: a program that cannot run must not eat the machine.
  delay=1
  [ "$quick_ends" -gt 5 ] && delay=$((quick_ends * 2))
  [ "$delay" -gt 30 ] && delay=30
  note "ended with code $code, starts again in $delay s"
  sleep "$delay" 8>&- &
  wait $!
done

[ -n "$child" ] && end "$child"
after_end
kill "$rotator" 2>/dev/null
rm -f "$child_file" "$supervisor_file"
note 'stopped'
