/* cyberassess.exe: what people start. It runs app\python.exe -X utf8 -m cyberassess with the
   words it was given, in the same console, and ends with the same code.

   Started by a double click it is alone in its console. Then it shows the screen in the browser, or
   the menu, takes in the files that were dropped onto it, and lets nobody miss the last words.

   It needs Windows' kernel32.dll and nothing else, not even a library of C. */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#define MOST 32767 /* characters of a path, and of a command line */

static wchar_t python[MOST + 32], command[2 * MOST + 128];
static STARTUPINFOW start = {.cb = sizeof start};
static PROCESS_INFORMATION child;

static BOOL WINAPI leave_it_to_the_child(DWORD event) {
    (void)event;
    return TRUE;
}

/* Give the words behind the program's own name, as they were typed. */
static const wchar_t *words_of(const wchar_t *line) {
    BOOL quoted = FALSE;
    for (; *line && (quoted || (*line != L' ' && *line != L'\t')); line++)
        if (*line == L'"') quoted = !quoted;
    while (*line == L' ' || *line == L'\t') line++;
    return line;
}

static BOOL is_alone(void) {
    DWORD processes[2];
    return GetConsoleProcessList(processes, 2) == 1;
}

static void say(const wchar_t *text) {
    DWORD written;
    WriteConsoleW(GetStdHandle(STD_ERROR_HANDLE), text, (DWORD)lstrlenW(text), &written, NULL);
}

static void wait_for_enter(void) {
    wchar_t typed[2];
    DWORD read;
    say(L"\r\nPress Enter to close this window.\r\n");
    ReadConsoleW(GetStdHandle(STD_INPUT_HANDLE), typed, 2, &read, NULL);
}

void begin(void) {
    const wchar_t *words = words_of(GetCommandLineW());
    BOOL alone = is_alone();
    DWORD code = 1, length = GetModuleFileNameW(NULL, python, MOST);

    while (length && python[length - 1] != L'\\') length--;
    lstrcpyW(python + length, L"app\\python.exe");
    lstrcpyW(command, L"\"");
    lstrcatW(command, python);
    lstrcatW(command, L"\" -X utf8 -m cyberassess ");
    if (alone) lstrcatW(command, L"menu --open ");
    if (lstrlenW(words) <= MOST) lstrcatW(command, words);
    if (alone) SetConsoleTitleW(L"cyberassess");
    SetConsoleCtrlHandler(leave_it_to_the_child, TRUE);
    if (CreateProcessW(python, command, NULL, NULL, TRUE, 0, NULL, NULL, &start, &child)) {
        WaitForSingleObject(child.hProcess, INFINITE);
        if (!GetExitCodeProcess(child.hProcess, &code)) code = 1;
    } else {
        say(python);
        say(L" cannot be started. Unzip the whole folder again, and ask IT whether programs may "
            L"run from here.\r\n");
    }
    if (alone && code) wait_for_enter();
    ExitProcess(code);
}
