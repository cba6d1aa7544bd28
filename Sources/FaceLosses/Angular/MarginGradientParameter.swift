extension MarginGradient {
    /// `grad`: the parameter by which a margin loss lets its gradient be chosen.
    public static var parameter: LossParameterKey<MarginGradient> { key }
}
