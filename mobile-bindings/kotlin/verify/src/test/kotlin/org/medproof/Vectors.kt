package org.medproof

import com.google.gson.JsonArray
import com.google.gson.JsonElement
import com.google.gson.JsonNull
import com.google.gson.JsonObject
import com.google.gson.JsonParser
import com.google.gson.JsonPrimitive
import java.io.File
import java.lang.reflect.Modifier
import java.util.Base64

/** The shared vectors, and values as the vectors write them. */
object Vectors {
    val folder = File(System.getProperty("medproof.checkout"), "tests/vectors")

    fun cases(file: String): List<JsonObject> {
        val content = JsonParser.parseString(File(folder, file).readText()).asJsonObject
        check(content["format"].asString == "medproof vectors 0") { "$file is of another format" }
        return content["cases"].asJsonArray.map { it.asJsonObject }
    }

    /** Tells `cargo xtask test` which cases ran. */
    fun report(name: String, count: Int) {
        println("  $name: $count cases")
        System.getenv("MEDPROOF_SUITE_REPORT")?.let { File(it).appendText("suite\t$name in Kotlin\t$count\n") }
    }
}

fun JsonObject.text(name: String): String = this[name].asString

fun JsonObject.bytes(name: String): ByteArray = this[name].bytes()

fun JsonElement.bytes(): ByteArray = Base64.getDecoder().decode(asString)

fun JsonObject.nowMs(): ULong = text("now_ms").toULong()

fun JsonObject.updates(): List<ByteArray> = this["updates"]?.asJsonArray?.map { it.bytes() }.orEmpty()

/** The client that the case starts from. */
fun JsonObject.client(): Client {
    val have = this["have"]
    return if (have == null || have.isJsonNull) Client(bytes("anchor")) else Client.resume(bytes("anchor"), have.bytes())
}

/** The same client after the case's updates, which must succeed. */
fun JsonObject.clientAfterUpdates(): Client = client().also { client ->
    updates().forEach { client.advance(it, nowMs()) }
}

fun JsonObject.policy(): Policy {
    val policy = this["policy"].asJsonObject
    val limit = { name: String -> policy[name]?.asString?.toULong() }
    return Policy(
        Purpose.valueOf(policy.text("purpose").uppercase()),
        Mode.valueOf(policy.text("mode").uppercase()),
        limit("max_age_online_ms"),
        limit("max_age_carried_ms"),
        limit("clock_tolerance_ms"),
    )
}

/** A value as the vectors write it: records field by field, numbers of 64 bits as decimal strings. */
fun plain(value: Any?): JsonElement = when (value) {
    null -> JsonNull.INSTANCE
    is String -> JsonPrimitive(value)
    is Boolean -> JsonPrimitive(value)
    is ULong -> JsonPrimitive(value.toString())
    is Long -> JsonPrimitive(value.toULong().toString())
    is UInt -> JsonPrimitive(value.toLong())
    is Int -> JsonPrimitive(value.toUInt().toLong())
    is UShort -> JsonPrimitive(value.toInt())
    is Short -> JsonPrimitive(value.toInt())
    is UByte -> JsonPrimitive(value.toInt())
    is Byte -> JsonPrimitive(value.toUByte().toInt())
    is List<*> -> JsonArray().also { array -> value.forEach { array.add(plain(it)) } }
    else -> record(value)
}

private fun record(value: Any): JsonObject {
    val fields = value.javaClass.declaredFields.filter { !Modifier.isStatic(it.modifiers) }
    val record = JsonObject()
    fields.forEach { field ->
        field.isAccessible = true
        record.add(field.name.replace(Regex("[A-Z]")) { "_" + it.value.lowercase() }, plain(field[value]))
    }
    return record
}

/** The answer, or the problem that stands in its place. */
fun attempt(answer: () -> JsonElement): JsonElement = try {
    answer()
} catch (refused: ClientException) {
    plain(problem(refused))
}

private fun problem(refused: ClientException): Problem = when (refused) {
    is ClientException.Malformed -> Problem(refused.code, null, null)
    is ClientException.Untrusted -> Problem(refused.code, refused.expected, refused.found)
}
