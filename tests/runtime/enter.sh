#!/bin/sh
# Gives a process what it finds around it on Lambda, and runs it there as a user without rights:
#
#   enter.sh ROOT LANG TASK OPT TMP_MEGABYTES COMMAND...
#
# Runs as root in a mount and a process namespace of its own. ROOT is a folder that becomes /; the Python, the unpacked
# zip and the merged layers lie in it where Lambda puts them. All of it can be read alone; /tmp is empty and of that size.
set -eu
root=$1 lang=$2 task=$3 opt=$4 megabytes=$5
shift 5
user=993 group=990

mount --make-rprivate /
mount --bind "$root" "$root"
mount --bind "$lang" "$root/var/lang"
mount --bind "$task" "$root/var/task"
mount --bind "$opt" "$root/opt"
for device in null zero full random urandom; do
    mount --bind "/dev/$device" "$root/dev/$device"
done
mount -t proc proc "$root/proc"
mount -t tmpfs -o "size=${megabytes}m,mode=700,uid=$user,gid=$group" tmpfs "$root/tmp"
for place in /opt /var/task /var/lang /; do
    mount -o remount,bind,ro "$root$place"
done
exec /usr/sbin/chroot "--userspec=$user:$group" --groups= "$root" "$@"
