# SPDX-License-Identifier: MIT
# Completion for bash: asks the program (lib/cli/complete.c).

_unclosed() {
	local current=${COMP_WORDS[COMP_CWORD]} kind words line
	local typed=("${COMP_WORDS[@]:0:COMP_CWORD+1}")
	local before=
	# bash makes words of their own of '=' and ':'.
	if [[ $current == = ]]; then
		typed=("${COMP_WORDS[@]:0:COMP_CWORD-1}" "${COMP_WORDS[COMP_CWORD-1]}=")
		current=
		before=${typed[-1]}
	elif ((COMP_CWORD > 1)) && [[ ${COMP_WORDS[COMP_CWORD-1]} == = ]]; then
		typed=("${COMP_WORDS[@]:0:COMP_CWORD-2}" "${COMP_WORDS[COMP_CWORD-2]}=$current")
		before=${COMP_WORDS[COMP_CWORD-2]}=
	fi
	COMPREPLY=()
	{
		read -r kind
		words=()
		while IFS= read -r line; do
			line=${line%%$'\t'*}
			words+=("${line#"$before"}")
		done
	} < <("${COMP_WORDS[0]/#\~/$HOME}" --complete "${typed[@]}" 2>/dev/null)
	case $kind in
	words-of*)
		if declare -F _command_offset >/dev/null; then
			_command_offset "${kind#words-of }"
			return
		fi
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		return
		;;
	files) mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
	folders) mapfile -t COMPREPLY < <(compgen -d -- "$current") ;;
	program) mapfile -t COMPREPLY < <(compgen -c -- "$current"; compgen -f -- "$current") ;;
	esac
	if ((${#words[@]})); then
		mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W '"${words[@]}"' -- "$current")
	fi
	[[ $kind == words ]] || compopt -o filenames 2>/dev/null
}
complete -F _unclosed unclosed
