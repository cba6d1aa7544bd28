import CTorch

/// Runs a closure whose convolutions, on this thread, keep the outputs of normalisations for their
/// gradients.
///
/// Otherwise, in training on the CPU, the output of a normalisation, optionally with ReLU or ``PReLU``,
/// that a convolution reads is freed after the forward pass and recomputed from the normalisation's input
/// in the backward pass: results are bitwise the same, with up to half the memory of a step (as in Chen
/// et al., "Training Deep Nets with Sublinear Memory Cost", 2016, section 3). With residuals, every
/// second output of a chain is recomputed. Keeping all of them saves a pass.
public func withNormalizedKept<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
    let former = ct_keeps_normalized()
    ct_set_keeps_normalized(true)
    defer { ct_set_keeps_normalized(former) }
    return try body()
}
