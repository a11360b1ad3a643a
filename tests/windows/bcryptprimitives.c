/* For Wine 8 alone, which lacks it: the one function that Rust's library wants of Windows'
   bcryptprimitives.dll. It is no part of the folder that people get. */
__declspec(dllimport) unsigned char __stdcall SystemFunction036(void *, unsigned long);

__declspec(dllexport) int __stdcall ProcessPrng(unsigned char *data, unsigned long long size) {
    const unsigned long most = 0x10000000;
    while (size) {
        unsigned long part = size > most ? most : (unsigned long)size;
        if (!SystemFunction036(data, part)) return 0;
        data += part;
        size -= part;
    }
    return 1;
}

int __stdcall begin(void *library, unsigned reason, void *reserved) {
    (void)library;
    (void)reason;
    (void)reserved;
    return 1;
}
