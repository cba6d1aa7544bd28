/// Colours of skin, hair and eyes as linear light.
enum SkinTone {
    private static let skin: [Vector] = [
        Vector(0.80, 0.60, 0.50), Vector(0.70, 0.46, 0.34), Vector(0.53, 0.31, 0.20),
        Vector(0.33, 0.172, 0.098), Vector(0.175, 0.086, 0.052), Vector(0.085, 0.044, 0.030),
    ]

    private static let hair: [Vector] = [
        Vector(0.58, 0.42, 0.22), Vector(0.34, 0.21, 0.10), Vector(0.17, 0.093, 0.046),
        Vector(0.075, 0.040, 0.022), Vector(0.026, 0.016, 0.011), Vector(0.011, 0.009, 0.008),
    ]

    private static let iris: [Vector] = [
        Vector(0.20, 0.34, 0.50), Vector(0.22, 0.34, 0.36), Vector(0.20, 0.27, 0.13),
        Vector(0.24, 0.16, 0.06), Vector(0.10, 0.050, 0.022), Vector(0.035, 0.018, 0.010),
    ]

    /// Skin of a pigment (0 palest to 1 darkest) and an undertone (positive is redder).
    static func colour(melanin: Float, undertone: Float) -> Vector {
        let tint = Vector(1 + 0.03 * undertone, 1 - 0.025 * undertone, 1 + 0.045 * undertone)
        return along(skin, melanin) * tint
    }

    /// Hair of a pigment (0 blond to 1 black), a fraction of red and a fraction of grey.
    static func hair(melanin: Float, red: Float, grey: Float) -> Vector {
        let ginger = Vector(0.36, 0.11, 0.035) * (1 - 0.75 * melanin)
        let natural = along(hair, melanin).mixed(ginger, red * (1 - 0.5 * melanin))
        return natural.mixed(Vector(0.46, 0.45, 0.45), grey)
    }

    /// An iris of a pigment (0 blue-grey to 1 dark brown) and a hue (positive is warmer).
    static func iris(pigment: Float, hue: Float) -> Vector {
        let tint = Vector(1 + 0.14 * hue, 1 + 0.04 * hue, 1 - 0.14 * hue)
        return along(iris, pigment) * tint
    }

    private static func along(_ colours: [Vector], _ position: Float) -> Vector {
        let offset = PortableMath.clamp(position, 0, 0.9999) * Float(colours.count - 1)
        let cell = Int(offset)
        return colours[cell].mixed(colours[cell + 1], offset - Float(cell))
    }
}
