import CTorch

/// Runs a body whose convolutions, on this thread, keep the outputs of normalisations for their
/// gradients.
///
/// Otherwise an output that a convolution reads, of a normalisation in training on the processor with
/// or without a rectifier or ``PReLU``, is freed after the forward pass, and made again backward from
/// the normalisation's own input: bit for bit the same, and up to half the memory of a step (Chen et al.,
/// "Training Deep Nets with Sublinear Memory Cost", 2016, section 3, drop the same). Where a residual
/// was added and rectified, every second output of a chain is made again. Keeping all saves a pass.
public func withNormalizedKept<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
    let former = ct_keeps_normalized()
    ct_set_keeps_normalized(true)
    defer { ct_set_keeps_normalized(former) }
    return try body()
}
