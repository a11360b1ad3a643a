/* app\python3.dll: the door by which libraries for any Python 3 find the one that is there. What it
   forwards stands in a file that windows.py makes. */
int __stdcall begin(void *library, unsigned reason, void *reserved) {
    (void)library;
    (void)reason;
    (void)reserved;
    return 1;
}
