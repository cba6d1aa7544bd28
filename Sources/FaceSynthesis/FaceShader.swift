/// Computes the colours of points on the surfaces of one picture.
struct FaceShader {
    let mesh: MeshBuffer
    let light: Illumination
    let skin: SkinSampler
    let strands: StrandMask
    let eyes: EyePainter
    let mouth: MouthPainter
    let palette: Palette
    let occlusion: Occlusion

    /// Colours of one picture that do not depend on the point.
    struct Palette {
        let skin, hair, beard, clothes: Vector
        let beardGrowth, gloss, tan: Float

        init(_ identity: FaceIdentity, _ view: FaceView, _ style: HairStyle) {
            let traits = identity.skin
            let dark = 1 - 5 * view.grooming.tan
            tan = PortableMath.clamp(dark, 0.7, 1.3)
            skin = SkinTone.colour(melanin: traits.melanin, undertone: traits.undertone) * tan
            hair = style.colour
            let tone = identity.hair
            beard =
                SkinTone.hair(
                    melanin: max(tone.melanin, 0.3), red: tone.red, grey: 0.85 * tone.grey) * 0.8
            clothes = view.backdrop.clothes
            beardGrowth = view.grooming.beard
            gloss = traits.gloss
        }
    }

    /// Linear colour of a point of a triangle; `lit` is how much of the key light reaches it.
    func shade(_ corners: SIMD4<UInt32>, _ weights: Vector, lit: Float) -> Vector {
        let position = mesh.interpolate(mesh.positions, corners, weights)
        let raw = mesh.interpolate(mesh.normals, corners, weights)
        var normal = raw.xyz.normalised
        if normal.z < 0, corners.w != FacePart.head.rawValue { normal = normal * -1 }
        switch FacePart(rawValue: corners.w) {
        case .head: return head(position, normal, edge: raw.w, lit: lit)
        case .ear: return ear(position, normal, lit: lit)
        case .neck: return neck(position, normal, lit: lit)
        case .hair: return hair(position, normal, edge: raw.w, lit: lit)
        case .hat: return cloth(occlusion.hat?.colour ?? .zero, position, normal, lit: lit)
        default: return frame(normal, lit: lit)
        }
    }

    private func head(
        _ position: SIMD4<Float>, _ normal: Vector, edge: Float, lit: Float
    ) -> Vector {
        if let scarf = occlusion.scarf, position.w < -scarf.edge {
            return cloth(scarf.colour, SIMD4(position.z, position.w, 0, 0), normal, lit: lit)
        }
        let (texel, beard) = skin(u: position.x, v: position.y)
        var colour = texel.xyz * palette.tan
        var open = texel.w
        var (gloss, wet, sparkle) = (0.35 + palette.gloss, Float(0), Float(0))
        let growth = min(beard * palette.beardGrowth, 1)
        colour = colour.mixed(palette.beard, growth * 0.94)
        gloss *= 1 - growth
        if eyes.covers(x: position.z, y: position.w) {
            let paint = eyes.paint(colour, x: position.z, y: position.w)
            colour = paint.colour
            (wet, sparkle) = (paint.wet, paint.shine)
            open += (0.85 - open) * wet * 0.7
        } else if mouth.covers(x: position.z, y: position.w) {
            let paint = mouth.paint(colour, x: position.z, y: position.w)
            colour = paint.colour
            gloss += 1.6 * paint.shine
            open *= 1 - paint.shade
        }
        if edge > -16 {
            let scalp = PortableMath.smoothstep(-2.5, 4, edge)
            colour = colour.mixed(palette.hair * 0.8, scalp * 0.93)
            open *= 1 - 0.35 * PortableMath.smoothstep(-14, 2, edge)
            gloss *= 1 - scalp
        }
        let shine = light.shine(normal, sharpness: 4, lit: lit)
        let oily = light.shine(normal, sharpness: 6, lit: lit)
        return colour * light.diffuse(normal, open: open, lit: lit)
            + shine * (0.055 * gloss * open * (1 - wet)) + oily * (0.07 * gloss * gloss * open)
            + light.glint * sparkle
    }

    private func ear(_ position: SIMD4<Float>, _ normal: Vector, lit: Float) -> Vector {
        let (s, t) = (position.x, position.y)
        let hollow = PortableMath.bump((s - 0.38) / 0.42, (t + 0.05) / 0.62)
        let groove = 0.5 * PortableMath.bump((s - 0.72) / 0.12, (t - 0.25) / 0.6)
        let open = 0.92 - 0.5 * min(hollow + groove, 1)
        let colour = palette.skin * Vector(0.98, 0.80, 0.80)
        return colour * light.diffuse(normal, open: open, lit: lit)
    }

    private func neck(_ position: SIMD4<Float>, _ normal: Vector, lit: Float) -> Vector {
        let collar = -42 + 0.0016 * position.x * position.x
        let cover = PortableMath.smoothstep(collar + 1, collar - 1, position.y)
        let open = PortableMath.mix(0.42, 0.85, PortableMath.smoothstep(5, -45, position.y))
        let colour = (palette.skin * 0.94).mixed(palette.clothes, cover)
        return colour * light.diffuse(normal, open: open, lit: lit)
    }

    private func hair(
        _ position: SIMD4<Float>, _ normal: Vector, edge: Float, lit: Float
    ) -> Vector {
        let strand = strands.strand(along: position.x, y: position.y)
        let fine = strands.noise(position.x * 1.3, position.y * 0.12)
        let inner = PortableMath.mix(0.55, 1, PortableMath.smoothstep(-6, 16, edge))
        let lower = PortableMath.mix(0.72, 1, PortableMath.smoothstep(-70, 40, position.y))
        let open = PortableMath.clamp(
            (0.72 + 0.34 * strand + 0.1 * fine) * inner * lower, 0.08, 1.2)
        // Hair reflects along its strands: mainly the height of the normal matters.
        let along = Vector(0.35 * normal.x, normal.y, normal.z).normalised
        let gloss = light.shine(along, sharpness: 3, lit: lit)
        let tint = palette.hair * 0.9 + Vector(repeating: 0.05)
        let sheen = gloss * tint * (max(strand + 0.35, 0) * (0.75 - 0.5 * strands.curl))
        return palette.hair * light.diffuse(normal, open: open, lit: lit) + sheen
    }

    private func cloth(
        _ colour: Vector, _ position: SIMD4<Float>, _ normal: Vector, lit: Float
    ) -> Vector {
        let weave = strands.noise(position.x * 0.12, position.y * 0.3)
        return colour * light.diffuse(normal, open: 0.85 + 0.1 * weave, lit: lit)
    }

    private func frame(_ normal: Vector, lit: Float) -> Vector {
        let colour = occlusion.glasses?.colour ?? .zero
        return colour * light.diffuse(normal, open: 0.9, lit: lit)
            + light.shine(normal, sharpness: 3, lit: lit) * 0.04
    }
}
