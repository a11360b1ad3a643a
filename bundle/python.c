/* app\python.exe: Python's own main program under a manifest of ours, which makes UTF-8 the code
   page of the libraries beside it, so that they open files in folders of any name. */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <shellapi.h>

__declspec(dllimport) int Py_Main(int, wchar_t **);

void begin(void) {
    int count;
    wchar_t **words = CommandLineToArgvW(GetCommandLineW(), &count);
    ExitProcess((UINT)Py_Main(count, words));
}
