package org.medproof

import java.io.ByteArrayOutputStream
import java.io.IOException
import java.io.InputStream
import java.net.HttpURLConnection
import java.net.URI
import java.net.URLEncoder

/** The node said no: by a status, and perhaps by a stable code and the bits that a prefix should have. */
internal class Refused(status: Int, val code: String?, val bits: Int?) : IOException(code ?: "status $status")

/** The open paths of one node. What it sends is bytes; nothing here believes them. */
internal class Node(val address: String, private val timeoutMs: Int) {
    /** What leads from a height and log size to the newest header. */
    fun update(from: ULong, size: ULong): ByteArray = ask("/v1/updates?from=$from&size=$size")

    /** A proof about one scan, for a client that knows the headers up to a height. */
    fun proof(scan: String, have: ULong): ByteArray = ask("/v1/proofs?code=${scan.encoded()}&have=$have")

    /** One proof about several scans. */
    fun proofs(scans: List<String>, have: ULong): ByteArray {
        val codes = scans.joinToString(",", transform = ::quoted)
        return ask("/v1/proofs", "{\"codes\":[$codes],\"have\":$have}".encodeToByteArray())
    }

    /** All packs of a product (scheme, colon, code) under a prefix. */
    fun bucket(bits: Int, prefix: ByteArray, product: String, have: ULong): ByteArray {
        val digits = prefix.toHexString().take((bits + 3) / 4)
        return ask("/v1/buckets/$bits/$digits?product=${product.encoded()}&have=$have")
    }

    /** A proof about one scan with names and timeline. */
    fun bundle(scan: String, have: ULong): ByteArray = ask("/v1/bundles?code=${scan.encoded()}&have=$have")

    private fun ask(path: String, body: ByteArray? = null): ByteArray {
        val deadline = System.nanoTime() + timeoutMs * 1_000_000L
        val connection = URI(address.trimEnd('/') + path).toURL().openConnection() as HttpURLConnection
        connection.connectTimeout = timeoutMs
        connection.readTimeout = timeoutMs
        // A node that sends the client elsewhere would choose who learns what is asked.
        connection.instanceFollowRedirects = false
        connection.useCaches = false
        try {
            body?.let { connection.send(it) }
            val status = connection.responseCode
            if (status != HttpURLConnection.HTTP_OK) throw refusal(status, connection.errorStream, deadline)
            return connection.inputStream.use { it.readBounded(MAX_BYTES, deadline) }
        } finally {
            connection.disconnect()
        }
    }

    private fun HttpURLConnection.send(body: ByteArray) {
        doOutput = true
        setRequestProperty("Content-Type", "application/json")
        outputStream.use { it.write(body) }
    }

    /** Nothing of a refusal is believed: two members are picked out, where the platforms share no JSON library. */
    private fun refusal(status: Int, document: InputStream?, deadline: Long): Refused {
        val text = try {
            document?.use { it.readBounded(MAX_REFUSAL_BYTES, deadline) }?.decodeToString().orEmpty()
        } catch (_: IOException) {
            ""
        }
        val bits = BITS.find(text)?.groupValues?.get(1)
        return Refused(status, CODE.find(text)?.groupValues?.get(1), bits?.toInt())
    }

    /** Reads no more than a proof can be, and no longer than the timeout in all. */
    private fun InputStream.readBounded(most: Int, deadline: Long): ByteArray {
        val bytes = ByteArrayOutputStream()
        val buffer = ByteArray(8_192)
        while (true) {
            val count = read(buffer)
            if (count < 0) return bytes.toByteArray()
            bytes.write(buffer, 0, count)
            if (bytes.size() > most) throw IOException("more than $most bytes")
            if (System.nanoTime() > deadline) throw IOException("too slow")
        }
    }

    private fun String.encoded() = URLEncoder.encode(this, "UTF-8")

    private fun quoted(text: String) = text.asIterable().joinToString("", "\"", "\"") {
        if (it < ' ' || it == '"' || it == '\\') "\\u%04x".format(it.code) else it.toString()
    }

    private companion object {
        const val MAX_BYTES = 16 * 1_024 * 1_024
        const val MAX_REFUSAL_BYTES = 64 * 1_024
        val CODE = Regex("\"type\"\\s*:\\s*\"([a-z0-9.-]{1,100})\"")
        val BITS = Regex("\"bits\"\\s*:\\s*(\\d{1,3})\\b")
    }
}
