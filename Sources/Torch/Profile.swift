import CTorch

/// Measures the time of each of LibTorch's operations and this project's kernels in a closure,
/// excluding the operations that they call. Slows the closure down by about 1 %.
///
/// - Returns: Seconds by the operation's name, e.g. `aten::mkldnn_convolution`, over all its calls.
///   Backward operations have the names of C++ classes.
public func operationTimes(of body: () -> Void) -> [String: Double] {
    expectSuccess(ct_profile_start(), "operationTimes(of:)")
    body()
    return unsafe times("operationTimes(of:)") { unsafe ct_profile_stop($0, $1) }
}

/// Measures the time of kernels and copies on GPUs in a closure, which should end with
/// ``Device/synchronize()``.
///
/// - Returns: Seconds by the kernel's name, over all its runs.
public func kernelTimes(of body: () -> Void) -> [String: Double] {
    expectSuccess(ct_cuda_profile_start(), "kernelTimes(of:)")
    body()
    return unsafe times("kernelTimes(of:)") { unsafe ct_cuda_profile_stop($0, $1) }
}

private func times(
    _ operation: StaticString,
    _ stop: (ct_operation_listener?, UnsafeMutableRawPointer?) -> ct_status
) -> [String: Double] {
    var times: [String: Double] = [:]
    let status = unsafe withUnsafeMutablePointer(to: &times) { pointer in
        unsafe stop(
            { context, name, seconds in
                guard let context = unsafe context, let name = unsafe name else { return }
                let times = unsafe context.assumingMemoryBound(to: [String: Double].self)
                unsafe times.pointee[String(cString: name), default: 0] += seconds
            }, pointer)
    }
    expectSuccess(status, operation)
    return times
}
