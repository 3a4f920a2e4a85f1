# SPDX-License-Identifier: MIT
# Completion for fish: asks the program (lib/cli/complete.c).

function __unclosed_complete
    set -l typed (commandline -opc) (commandline -ct)
    set -l answer ($typed[1] --complete $typed 2>/dev/null)
    set -l current (commandline -ct)
    switch "$answer[1]"
        case 'words-of *'
            set -l first (string replace 'words-of ' '' -- $answer[1])
            complete -C (string join ' ' -- (string escape -- $typed[(math $first + 1)..-1]))
            return
        case files
            __fish_complete_path $current
        case folders
            __fish_complete_directories $current ''
        case program
            complete -C "$current"
    end
    test (count $answer) -gt 1
    and printf '%s\n' $answer[2..-1]
end

complete -c unclosed -f -a '(__unclosed_complete)'
