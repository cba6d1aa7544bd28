#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension ExitCode {
    /// Ends the process with an exit code. Buffered output of C libraries is written first.
    ///
    /// What libraries have registered for the end of a process is not called, because the system takes back
    /// their memory anyway: LibTorch would unregister its thousands of operators one by one, a quarter of
    /// the time of a short command.
    public static func endProcess(_ code: Int32) -> Never {
        fflush(nil)
        _exit(code)
    }
}
