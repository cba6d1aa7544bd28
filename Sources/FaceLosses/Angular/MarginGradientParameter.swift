extension MarginGradient {
    /// `grad`: the parameter that selects the gradient of a margin loss.
    public static var parameter: LossParameterKey<MarginGradient> { key }
}
